"""The legal steps of alerts and callouts; anything else raises IllegalTransition with what was asked."""

from __future__ import annotations

from muster.apps.incidents.models.callout import AlertState as A
from muster.apps.incidents.models.callout import CalloutState as C
from muster.apps.incidents.models.incident import IncidentState as I
from muster.core.errors import IllegalTransition

WAITING = frozenset({A.QUEUED, A.NOTIFIED, A.DELIVERED, A.UNDELIVERED})
COMING = frozenset({A.ACCEPTED, A.EN_ROUTE})
REFUSED = frozenset({A.DECLINED, A.WITHDRAWN})
GONE = frozenset({A.DECLINED, A.WITHDRAWN, A.NO_SHOW, A.NO_ANSWER})
OPEN = WAITING | COMING | {A.UNCLEAR}

TAKEN_BACK = OPEN | GONE | {A.RELEASED}  # what a check-in that was a mistake may go back to

_ANSWERS = {A.ACCEPTED, A.DECLINED, A.UNCLEAR}
ALERT_STEPS: dict[str, frozenset[str]] = {
    A.QUEUED: frozenset({A.NOTIFIED, A.DELIVERED, A.UNDELIVERED, A.RELEASED, A.NO_ANSWER, A.CHECKED_IN} | _ANSWERS),
    A.NOTIFIED: frozenset({A.DELIVERED, A.UNDELIVERED, A.RELEASED, A.NO_ANSWER, A.CHECKED_IN} | _ANSWERS),
    A.DELIVERED: frozenset({A.RELEASED, A.NO_ANSWER, A.CHECKED_IN} | _ANSWERS),
    A.UNDELIVERED: frozenset({A.NOTIFIED, A.DELIVERED, A.RELEASED, A.NO_ANSWER, A.CHECKED_IN} | _ANSWERS),
    A.UNCLEAR: frozenset({A.ACCEPTED, A.DECLINED, A.RELEASED, A.NO_ANSWER, A.CHECKED_IN}),
    A.ACCEPTED: frozenset({A.EN_ROUTE, A.WITHDRAWN, A.CHECKED_IN, A.RELEASED, A.NO_SHOW}),
    A.EN_ROUTE: frozenset({A.WITHDRAWN, A.CHECKED_IN, A.RELEASED, A.NO_SHOW}),
    A.DECLINED: frozenset({A.ACCEPTED, A.CHECKED_IN}),
    A.WITHDRAWN: frozenset({A.ACCEPTED, A.CHECKED_IN}),
    A.CHECKED_IN: frozenset({A.RELEASED}),
    A.RELEASED: frozenset({A.CHECKED_IN}),  # told not to come, came all the same: counted and paid
    A.NO_SHOW: frozenset({A.ACCEPTED, A.DECLINED, A.CHECKED_IN}),  # overdue, then heard of again
    A.NO_ANSWER: frozenset({A.CHECKED_IN}),
}
CALLOUT_STEPS: dict[str, frozenset[str]] = {
    C.DRAFT: frozenset({C.RECOMMENDED, C.FILLING, C.CLOSED}),
    C.RECOMMENDED: frozenset({C.RECOMMENDED, C.FILLING, C.CLOSED}),
    C.FILLING: frozenset({C.FILLED, C.SHORT, C.STOOD_DOWN}),
    C.FILLED: frozenset({C.FILLING, C.SHORT, C.STOOD_DOWN}),
    C.SHORT: frozenset({C.FILLING, C.FILLED, C.STOOD_DOWN}),
    C.STOOD_DOWN: frozenset({C.CLOSED}),
    C.CLOSED: frozenset(),
}
INCIDENT_STEPS: dict[str, frozenset[str]] = {
    I.REPORTED: frozenset({I.ACTIVE, I.FALSE_ALARM}),
    I.ACTIVE: frozenset({I.DEMOBILISING}),
    I.DEMOBILISING: frozenset({I.CLOSED}),
    I.CLOSED: frozenset({I.REVIEWED}),
    I.REVIEWED: frozenset(),
    I.FALSE_ALARM: frozenset(),
}
RUNNING = frozenset({C.FILLING, C.FILLED, C.SHORT})
UNAPPROVED = frozenset({C.DRAFT, C.RECOMMENDED})


def step(table: dict[str, frozenset[str]], now: str, then: str) -> str:
    """`then`, when the table allows it from `now`."""
    if then not in table[now]:
        raise IllegalTransition("incidents.illegal_step", from_state=str(now), to_state=str(then))
    return then
