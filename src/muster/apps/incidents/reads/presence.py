"""Who is there, who is missing, and whether the needs were met in time: facts, not forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from muster.apps.incidents.models import Callout, RollCall
from muster.apps.people.reads import capability_masks


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
        MissingPerson(a.alert_id, a.alert.member.name, a.alert.member.unit.name, a.alert.muster_point.letter)
        for a in rows
        if a.state == "expected"
    )
    late = bool(missing) and (roll_call.closed_at or at) > roll_call.due_at
    return RollCallView(roll_call, len(rows), len(rows) - len(missing), missing, late)


def needs_met_in_time(callout: Callout) -> dict[int, int]:
    """Need order -> heads missing at the lines' due times, by a maximum matching of arrivals to posts (0 everywhere: met).

    Each arrival fills one post he is qualified for, if he was there by its due time.
    """
    needs = list(callout.needs.select_related("capability"))
    came = list(callout.alerts.exclude(checked_in_at=None).values_list("member_id", "checked_in_at"))
    missing = {need.order: need.people for need in needs}
    if not came or not needs:
        return missing
    t0 = callout.incident.t0
    masks = capability_masks(t0, [member for member, _ in came])
    posts = [need for need in needs for _ in range(need.people)]
    fits = np.zeros((len(came), len(posts)), bool)
    for row, (member, at) in enumerate(came):
        gone = (at - t0).total_seconds() / 60
        mask = masks.get(member, 0)
        fits[row] = [bool(mask >> post.capability.bit & 1) and gone <= post.due_minutes for post in posts]
    matched = maximum_bipartite_matching(csr_matrix(fits), perm_type="row")
    for column, row in enumerate(matched.tolist()):
        if row >= 0:
            missing[posts[column].order] -= 1
    return missing
