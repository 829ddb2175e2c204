"""The card of a unit: its lead, its strength against what was ordered, who is not here, what runs out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from muster.apps.people.models import AwayNotice, Capability, FormationState, Holding, Member, Unit, UnitKind
from muster.apps.people.reads import MemberArrays, member_arrays
from muster.apps.people.reads.dated import DatedHolding, dated
from muster.apps.people.reads.strength import gaps_by_unit, ordered_lines
from muster.apps.service.reads.availability import availability_at
from muster.apps.service.reads.whereabouts import committed_ids
from muster.core.units import beijing_day

ENDING_DAYS = 90
SHOWN = 60


@dataclass(frozen=True, slots=True)
class StrengthLine:
    """One capability of a unit; all are people. `ordered` 0: nothing was ordered. `here` <= `held`; `lapsed` once had it
    and would count again with a renewed certificate."""

    capability: Capability
    ordered: int
    held: int
    here: int
    lapsed: int

    @property
    def missing(self) -> int:
        """What the books lack, whoever is away today."""
        return max(0, self.ordered - self.held)

    @property
    def missing_now(self) -> int:
        """What is lacking at this moment."""
        return max(0, self.ordered - self.here)


@dataclass(frozen=True, slots=True)
class Absent:
    """Somebody of the unit who can not be called now: committed, away, off (duty by his own times), withdrawn (consent),
    unable (no capability that counts)."""

    member: Member
    why: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Child:
    """A unit below: heads serving in it, and what it lacks (None where nothing was ordered)."""

    unit: Unit
    heads: int
    gap: int | None


@dataclass(frozen=True, slots=True)
class UnitCard:
    """One unit; a town stands for everybody who serves in it and below it."""

    unit: Unit
    leads: tuple[Member, ...]
    heads: int
    here: int
    lines: tuple[StrengthLine, ...]
    absent: tuple[Absent, ...]
    absent_total: int
    ending: tuple[DatedHolding, ...]
    ending_total: int
    children: tuple[Child, ...]

    @property
    def gap(self) -> int:
        """Heads that lack; those of a town are what its filled units lack, for one village does not make up for another."""
        if self.children:
            return sum(one.gap or 0 for one in self.children if one.unit.state != FormationState.PRE_FORMED)
        return sum(line.missing for line in self.lines)

    @property
    def ordered(self) -> bool:
        """Whether anything was ordered for it."""
        return any(line.ordered for line in self.lines)

    @property
    def shell(self) -> bool:
        """A pre-formed unit: its gaps are meant to be filled when it is needed, and are no fault."""
        return self.unit.state == FormationState.PRE_FORMED


def unit_card(unit: Unit, at: datetime) -> UnitCard:
    """The card of `unit` as of `at`; the caller has checked that the reader may see the unit."""
    day = beijing_day(at)
    arrays = member_arrays(at)
    tree = [unit, *Unit.objects.filter(path__startswith=unit.path + "/").order_by("path")]
    serving = np.isin(arrays.unit, np.array([one.pk for one in tree], dtype=np.int64))
    ids = arrays.ids[serving]
    reasons = _reasons(arrays, serving, at)
    here = serving & ~np.isin(arrays.ids, np.array(sorted(reasons), dtype=np.int64))
    ending = _ending(ids, day)
    return UnitCard(
        unit=unit,
        leads=tuple(Member.objects.filter(unit=unit, is_lead=True, pk__in=ids.tolist())),
        heads=len(ids),
        here=int(here.sum()),
        lines=_lines(arrays, serving, here, tree),
        absent=_absent(reasons, at),
        absent_total=len(reasons),
        ending=tuple(ending[:SHOWN]),
        ending_total=len(ending),
        children=_children(tree[1:], arrays, day),
    )


def _reasons(arrays: MemberArrays, serving: NDArray[np.bool_], at: datetime) -> dict[int, str]:
    """Member id -> why he can not be called now; the first that holds of those in Absent, in its order."""
    off = availability_at(arrays.ids, at).off
    committed = np.isin(arrays.ids, np.array(sorted(committed_ids(at)), dtype=np.int64))
    found: dict[int, str] = {}
    masks = {"committed": committed, "away": arrays.away, "off": off, "withdrawn": arrays.withdrawn}
    for why, mask in (masks | {"unable": arrays.caps == 0}).items():
        for pk in arrays.ids[serving & mask].tolist():
            found.setdefault(pk, why)
    return found


def _lines(
    arrays: MemberArrays, serving: NDArray[np.bool_], here: NDArray[np.bool_], tree: list[Unit]
) -> tuple[StrengthLine, ...]:
    """Ordered capabilities first, then what the unit has beyond them; each in the order of the register."""
    ordered: Counter[int] = Counter()
    for (_unit, capability), heads in ordered_lines(one.pk for one in tree).items():
        ordered[capability] += heads

    def heads(masks: NDArray[np.uint64], who: NDArray[np.bool_], bit: int) -> int:
        return int(((masks[who] >> np.uint64(bit)) & np.uint64(1)).sum())

    lines = [
        StrengthLine(
            capability=one,
            ordered=ordered[one.pk],
            held=heads(arrays.caps, serving, one.bit),
            here=heads(arrays.caps, here, one.bit),
            lapsed=heads(arrays.lapsed, serving, one.bit),
        )
        for one in Capability.objects.all()
    ]
    known = [line for line in lines if line.ordered or line.held or line.lapsed]
    return tuple(sorted(known, key=lambda line: (not line.ordered, line.capability.bit)))


def _absent(reasons: dict[int, str], at: datetime) -> tuple[Absent, ...]:
    shown = Member.objects.filter(pk__in=list(reasons)).select_related("unit").defer("id_number", "phone")[:SHOWN]
    notices = AwayNotice.objects.filter(
        member__in=list(reasons), cancelled_at=None, starts_at__lte=at, ends_at__gt=at
    ).order_by("ends_at")
    until = dict(notices.values_list("member_id", "ends_at"))  # the last to end of several counts
    return tuple(
        Absent(member, reasons[member.pk], until.get(member.pk) if reasons[member.pk] == "away" else None)
        for member in shown
    )


def _ending(ids: NDArray[np.int64], day: date) -> list[DatedHolding]:
    """What has run out or will within ENDING_DAYS."""
    rows = Holding.objects.filter(member__in=ids.tolist(), valid_to__lte=day + timedelta(days=ENDING_DAYS))
    rows = rows.select_related("member__unit", "capability").defer("member__id_number", "member__phone")
    return [dated(row, day) for row in rows.order_by("valid_to", "member__sort_pinyin", "pk")]


def _children(below: list[Unit], arrays: MemberArrays, day: date) -> tuple[Child, ...]:
    """The units directly or further below, without the office's towns themselves when the office is asked."""
    units = [one for one in below if one.kind in (UnitKind.VILLAGE, UnitKind.TEAM)]
    heads = Counter(arrays.unit.tolist())
    gaps = gaps_by_unit(units, day)
    return tuple(Child(one, heads[one.pk], gaps.get(one.pk)) for one in units)
