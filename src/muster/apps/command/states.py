"""The legal steps of tasks, dangers, requests and evacuations; anything else raises IllegalTransition with what was asked."""

from __future__ import annotations

from collections.abc import Mapping

from muster.apps.command.models import DangerState as D
from muster.apps.command.models import EvacuationState as E
from muster.apps.command.models import RequestState as R
from muster.apps.command.models import TaskState as T
from muster.core.errors import IllegalTransition

Table = Mapping[str, frozenset[str]]

TASK_STEPS: Table = {
    T.PLANNED: frozenset({T.APPROVED}),
    T.APPROVED: frozenset({T.ISSUED}),
    T.ISSUED: frozenset({T.ACCEPTED, T.REFUSED}),
    T.ACCEPTED: frozenset({T.IN_PROGRESS}),
    T.REFUSED: frozenset(),  # the task goes to somebody else as a new one, so that a refusal stays told
    T.IN_PROGRESS: frozenset({T.BLOCKED, T.COMPLETED}),
    T.BLOCKED: frozenset({T.IN_PROGRESS}),
    T.COMPLETED: frozenset({T.DEBRIEFED}),
    T.DEBRIEFED: frozenset(),
}
DANGER_STEPS: Table = {
    D.FOUND: frozenset({D.REPORTED}),
    D.REPORTED: frozenset({D.HANDLED}),
    D.HANDLED: frozenset({D.CLOSED}),
    D.CLOSED: frozenset(),
}
REQUEST_STEPS: Table = {
    R.REQUESTED: frozenset({R.ORDERED, R.CANCELLED}),
    R.ORDERED: frozenset({R.ASSIGNED, R.CANCELLED}),
    R.ASSIGNED: frozenset({R.ARRIVED, R.CANCELLED}),
    R.ARRIVED: frozenset(),
    R.CANCELLED: frozenset(),
}
EVACUATION_STEPS: Table = {E.DEPARTED: frozenset({E.ARRIVED}), E.ARRIVED: frozenset()}

ENTERING = frozenset({T.APPROVED, T.ISSUED, T.ACCEPTED, T.IN_PROGRESS})  # steps that put people where the task is
OPEN_TASKS = frozenset({T.APPROVED, T.ISSUED, T.ACCEPTED, T.IN_PROGRESS, T.BLOCKED})


def step(table: Table, now: str, then: str) -> str:
    """`then`, when the table allows it from `now`. Error: IllegalTransition "command.illegal_step"; a word that is no
    state at all is refused in the same way."""
    if then not in table[now]:
        raise IllegalTransition("command.illegal_step", from_state=str(now), to_state=str(then)[:20])
    return then
