"""State = fold(events): the incident's state rebuilt from its journal stream alone (DESIGN §5).

Transport news (sent, delivered, undelivered) belongs to the channels' tables; here all of it is `waiting`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from muster.apps.incidents.models.callout import AlertState, CalloutState
from muster.apps.incidents.models.incident import IncidentState
from muster.apps.incidents.states import WAITING
from muster.journal.models import Entry

WAITING_WORD = "waiting"
_ENDS = {
    "alert.checked_in": AlertState.CHECKED_IN,
    "alert.released": AlertState.RELEASED,
    "alert.left": AlertState.RELEASED,
    "alert.no_show": AlertState.NO_SHOW,
    "alert.no_answer": AlertState.NO_ANSWER,
}
_INCIDENT = {
    "incident.opened": IncidentState.REPORTED,
    "callout.approved": IncidentState.ACTIVE,
    "callout.stood_down": IncidentState.DEMOBILISING,
    "incident.closed": IncidentState.CLOSED,
    "incident.reviewed": IncidentState.REVIEWED,
    "incident.false_alarm": IncidentState.FALSE_ALARM,
}


@dataclass(slots=True)
class Folded:
    """What the journal says: the incident's state, and each alerted member (by number) as a state word."""

    incident: str = ""
    over: bool = False
    people: dict[str, str] = field(default_factory=dict)


def fold(entries: Iterable[Entry]) -> Folded:
    """Fold the stream in order of seq."""
    state = Folded()
    for entry in entries:
        state.incident = _INCIDENT.get(entry.action, state.incident)
        state.over = state.over or entry.action in {"callout.stood_down", "incident.false_alarm"}
        if entry.action in {"callout.approved", "callout.wave_sent"}:
            state.people.update(dict.fromkeys(entry.payload["members"], WAITING_WORD))
        elif (
            entry.action == "alert.replied" and entry.payload["counted"]
        ) or entry.action == "alert.check_in_taken_back":
            state.people[entry.person] = coarse(str(entry.payload["state"]))
        elif entry.action in _ENDS:
            state.people[entry.person] = _ENDS[entry.action]
    return state


def coarse(state: str) -> str:
    """An alert state as the fold knows it."""
    return WAITING_WORD if state in WAITING else state


def over(callout_state: str) -> bool:
    """Whether a callout state is past the stand-down."""
    return callout_state in {CalloutState.STOOD_DOWN, CalloutState.CLOSED}
