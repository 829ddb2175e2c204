"""State = fold(events) for what command keeps: rebuilt from the incident's stream alone (DESIGN §5)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from muster.journal.models import Entry

_STATED = {  # action: (which table, key in the payload)
    "task.planned": ("tasks", "task"),
    "task.moved": ("tasks", "task"),
    "danger.found": ("dangers", "danger"),
    "danger.moved": ("dangers", "danger"),
    "request.made": ("requests", "request"),
    "request.moved": ("requests", "request"),
    "evacuation.departed": ("batches", "batch"),
    "evacuation.arrived": ("batches", "batch"),
}


@dataclass(slots=True)
class Folded:
    """Keys of rows -> their state. `zones`: kind of the newest entry, "" before one; `positions`: code -> who holds it;
    `teams`: key -> (numbers, when it last reported, ISO); `riding`: number -> vehicle; `read`: tasks that were read."""

    tasks: dict[int, str] = field(default_factory=dict)
    dangers: dict[int, str] = field(default_factory=dict)
    requests: dict[int, str] = field(default_factory=dict)
    batches: dict[int, str] = field(default_factory=dict)
    zones: dict[int, str] = field(default_factory=dict)
    positions: dict[str, str] = field(default_factory=dict)
    teams: dict[int, tuple[frozenset[str], str]] = field(default_factory=dict)
    riding: dict[str, str] = field(default_factory=dict)
    read: set[int] = field(default_factory=set)
    level: str = ""
    reports: int = 0


def fold(entries: Iterable[Entry]) -> Folded:
    """Fold the stream in order of seq; what is not of command is passed over."""
    state = Folded()
    for entry in entries:
        _take(state, entry)
    return state


def _take(state: Folded, entry: Entry) -> None:
    facts, action = entry.payload, entry.action
    if action in _STATED:
        table, key = _STATED[action]
        getattr(state, table)[facts[key]] = facts["state"]
    elif action == "zone.drawn":
        state.zones[facts["zone"]] = ""
    elif action in ("zone.opened", "zone.closed_again"):
        state.zones[facts["zone"]] = facts["kind"]
    elif action == "task.read":
        state.read.add(facts["task"])
    elif action == "level.ordered":
        state.level = facts["level"]
    elif action == "report.sent":
        state.reports += 1
    else:
        _take_people(state, entry)


def _take_people(state: Folded, entry: Entry) -> None:
    facts, action = entry.payload, entry.action
    if action == "position.handed_over":
        state.positions[facts["position"]] = facts["to"]
        if not facts["to"]:
            del state.positions[facts["position"]]
    elif action == "team.formed":
        state.teams[facts["team"]] = (frozenset(facts["members"]), entry.at.isoformat())
    elif action == "team.reported":
        state.teams[facts["team"]] = (state.teams[facts["team"]][0], entry.at.isoformat())
    elif action == "team.disbanded":
        del state.teams[facts["team"]]
    elif action == "vehicle.boarded":
        state.riding[entry.person] = facts["vehicle"]
    elif action == "vehicle.left":
        state.riding.pop(entry.person, None)
