"""Plans that are getting weak before anything happens: fewer heads than posts now or within a month, and why.

Heads are a necessary condition only; the answer of the newest check stands beside them where it fails. Nothing is solved here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Count
from numpy.typing import NDArray

from muster.access.rights import Actor
from muster.apps.incidents.problem import usable_of
from muster.apps.people.models import Capability, MemberState
from muster.apps.people.reads import MemberArrays, member_arrays
from muster.apps.people.reads.validity import valid_holdings
from muster.apps.plans.checks import newest_own_checks
from muster.apps.plans.models import Plan, PlanCheck
from muster.apps.plans.reads import PlanRow, plan_rows
from muster.apps.service.reads import availability_at, committed_ids
from muster.apps.service.reads.rota import gaps_until
from muster.core.units import beijing_day

AHEAD_DAYS = (0, 7, 14, 30)
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class WeakLine:
    """A capability of which there are `have` heads and `need` posts; the rest says where the others are, each person once."""

    capability: Capability
    have: int
    need: int
    ended: int  # certificates that have run out
    ending: int  # that run out by the day
    away: int
    withdrawn: int
    taken: int  # off duty or committed elsewhere, now only
    left: int  # suspended or discharged


@dataclass(frozen=True, slots=True)
class Weak:
    """A plan; `days` 0: already so, else it will be by `day`. `lines` may be empty when only the check fails."""

    plan: Plan
    days: int
    day: date
    lines: tuple[WeakLine, ...]
    check: PlanCheck | None  # its newest one, where it does not hold or will not


@dataclass(frozen=True, slots=True)
class Standing:
    """`gaps`: places of the rota in the next seven days that nobody has taken."""

    weak: tuple[Weak, ...]
    gaps: int


def standing(actor: Actor, at: datetime) -> Standing:
    """Of the whole district; nothing for who sees a part of it, since plans are for all of it."""
    if actor.unit_path:
        return Standing((), 0)
    rows = plan_rows()
    found = {weak.plan.pk: weak for weak in _by_heads(rows, at)} if rows else {}
    for shown in newest_own_checks() if rows else ():
        check = shown.check
        if shown.adopted is None or check is None or not _fails(check):
            continue
        weak = found.get(shown.adopted.pk)
        lines, days, day = (weak.lines, weak.days, weak.day) if weak else ((), 0, beijing_day(at))
        found[shown.adopted.pk] = Weak(shown.adopted, days, day, lines, check)
    return Standing(tuple(sorted(found.values(), key=lambda weak: (weak.days, weak.plan.pk))), gaps_until(at))


def _fails(check: PlanCheck) -> bool:
    later = check.result.get("later") or {}
    return check.outcome == "short" or later.get("holds") is False


def _by_heads(rows: list[PlanRow], at: datetime) -> Iterator[Weak]:
    """The first of AHEAD_DAYS by which a plan lacks heads, with all lines that lack some then."""
    today, waiting = member_arrays(at), list(rows)
    taken = np.isin(today.ids, np.array(sorted(committed_ids(at, exercises=False)), np.int64))
    taken |= availability_at(today.ids, at).off
    gone = _gone(at)
    for days in AHEAD_DAYS:
        then = member_arrays(at + timedelta(days=days)) if days else today
        count = _Counting(today, then, taken if not days else np.zeros(len(today), np.bool_), gone)
        weak = [(row, lines) for row in waiting if (lines := count.weak_lines(row))]
        for row, lines in weak:
            yield Weak(row.plan, days, beijing_day(at + timedelta(days=days)), lines, None)
        waiting = [row for row in waiting if row not in [row for row, _ in weak]]


def _gone(at: datetime) -> dict[int, int]:
    """capability id -> people who hold it and are no longer active."""
    held = valid_holdings(beijing_day(at)).exclude(member__state=MemberState.ACTIVE)
    return dict(held.order_by().values_list("capability").annotate(Count("member", distinct=True)))


@dataclass(frozen=True, slots=True, eq=False)
class _Counting:
    """Who holds what today and then; both arrays are of the same people."""

    today: MemberArrays
    then: MemberArrays
    taken: Mask
    gone: dict[int, int]

    def weak_lines(self, row: PlanRow) -> tuple[WeakLine, ...]:
        needed: dict[Capability, int] = {}
        for line in row.lines:
            needed[line.capability] = needed.get(line.capability, 0) + line.people
        counted = (self._line(capability, need) for capability, need in needed.items())
        return tuple(line for line in counted if line.have < line.need)

    def _line(self, capability: Capability, need: int) -> WeakLine:
        valid, was = _holds(self.then.caps, capability), _holds(self.today.caps, capability)
        free = usable_of(self.then) & ~self.taken
        return WeakLine(
            capability=capability,
            have=int((valid & free).sum()),
            need=need,
            ended=int((_holds(self.today.lapsed, capability) & ~was & ~valid).sum()),
            ending=int((was & ~valid).sum()),
            away=int((valid & self.then.away).sum()),
            withdrawn=int((valid & ~self.then.away & self.then.withdrawn).sum()),
            taken=int((valid & usable_of(self.then) & self.taken).sum()),
            left=self.gone.get(capability.pk, 0),
        )


def _holds(masks: NDArray[np.uint64], capability: Capability) -> Mask:
    return ((masks >> np.uint64(capability.bit)) & np.uint64(1)).astype(np.bool_)
