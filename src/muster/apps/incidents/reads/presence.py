"""Who is there, who is missing, and whether the needs were met in time: facts, not forecasts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from muster.apps.incidents.matching import heads_missing
from muster.apps.incidents.models import Callout, RollCall
from muster.apps.people.reads import capability_masks
from muster.web.show import label


@dataclass(frozen=True, slots=True)
class MissingPerson:
    alert_id: int
    name: str
    unit: str
    point: str


@dataclass(frozen=True, slots=True)
class RollCallView:
    """A roll call as it stands; `overdue` once its limit has passed with people missing."""

    roll_call: RollCall
    expected: int
    answered: int
    missing: tuple[MissingPerson, ...]
    overdue: bool


def roll_call_view(roll_call: RollCall, at: datetime) -> RollCallView:
    """Counts and the list of those who have not answered yet, by muster point and name."""
    answers = roll_call.answers.select_related("alert__member__unit", "alert__muster_point")
    rows = list(answers.order_by("alert__muster_point__letter", "alert__member__sort_pinyin"))
    missing = tuple(
        MissingPerson(a.alert_id, a.alert.member.name, label(a.alert.member.unit), a.alert.muster_point.letter)
        for a in rows
        if a.state == "expected"
    )
    late = bool(missing) and (roll_call.closed_at or at) > roll_call.due_at
    return RollCallView(roll_call, len(rows), len(rows) - len(missing), missing, late)


def needs_met_in_time(callout: Callout, orders: Collection[int] | None = None) -> dict[int, int]:
    """Need order -> heads missing at the lines' due times (0 everywhere: met), by the best matching of arrivals to posts.

    orders: these lines alone, as if there were no others; all by default.
    """
    rows = callout.needs.select_related("capability")
    needs = list(rows if orders is None else rows.filter(order__in=orders))
    came = list(callout.alerts.exclude(checked_in_at=None).values_list("member_id", "checked_in_at"))
    t0 = callout.incident.t0
    masks = capability_masks(t0, [member for member, _ in came])
    arrivals = [(masks.get(member, 0), (at - t0).total_seconds() / 60) for member, at in came]
    missing = heads_missing(needs, arrivals)
    return {need.order: missing[need.pk] for need in needs}
