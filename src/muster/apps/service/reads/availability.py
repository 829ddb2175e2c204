"""Who may be called by what people have said of their weeks, and how much longer they need to set out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy
from numpy.typing import NDArray

from muster.apps.people.models import Member
from muster.apps.service.models import AvailabilityReason, AvailabilityRule
from muster.core.availability import OFF, Piece, Span, Standing, day_picture, standing, standing_at
from muster.core.units import beijing_day, to_beijing

WEEK_DAYS = 7
REASONS = ("", *AvailabilityReason.values)


@dataclass(frozen=True, slots=True, eq=False)
class Availability:
    """Arrays of shape (N,) in the order of the ids asked for.

    off      not to be called at the moment
    minutes  how much longer than usual he needs to set out
    reason   index into REASONS, 0 for none given or not off
    """

    off: NDArray[np.bool_]
    minutes: NDArray[np.float64]
    reason: NDArray[np.int8]

    def counts(self, mask: NDArray[np.bool_]) -> dict[str, int]:
        """Reason -> how many of those in `mask` are off for it ("" where none was given); only what occurs."""
        found = {name: int((mask & self.off & (self.reason == at)).sum()) for at, name in enumerate(REASONS)}
        return {name: count for name, count in found.items() if count}


def availability_at(ids: NDArray[np.int64], at: datetime) -> Availability:
    """What counts of everybody in `ids` (sorted) at `at`: one query, and one evaluation for each person with a rule."""
    off = np.zeros(len(ids), np.bool_)
    minutes = np.zeros(len(ids), np.float64)
    reason = np.zeros(len(ids), np.int8)
    local = to_beijing(at)
    day, minute = local.date(), local.hour * 60 + local.minute
    for member, spans in _spans(day).items():
        row = int(np.searchsorted(ids, member))
        if row >= len(ids) or ids[row] != member:
            continue
        said = standing(spans, day, minute)
        off[row], minutes[row] = said.state == OFF, float(said.minutes)
        reason[row] = REASONS.index(said.reason) if said.state == OFF else 0
    return Availability(off, minutes, reason)


def _spans(day: date) -> dict[int, list[Span]]:
    """Rules that may count on that day, by member. A single day can only reach from the day before."""
    rows = AvailabilityRule.objects.filter(cancelled_at=None, starts_on__lte=day)
    rows = rows.exclude(rrule="", starts_on__lt=day - timedelta(days=1))
    found: dict[int, list[Span]] = {}
    for rule in rows:
        found.setdefault(rule.member_id, []).append(rule.span)
    return found


def own_rules(member: Member, at: datetime) -> list[AvailabilityRule]:
    """His rules that still say something, the weekly ones first."""
    today = beijing_day(at)
    rows = AvailabilityRule.objects.filter(member=member, cancelled_at=None)
    alive = [row for row in rows if _lasts(row, today - timedelta(days=1))]
    return sorted(alive, key=lambda row: (not row.rrule, row.starts_on, row.pk))


def _lasts(rule: AvailabilityRule, day: date) -> bool:
    days = rule.span.days
    return rule.starts_on >= day if not rule.rrule else days.until is None or days.until >= day


def now_of(member: Member, at: datetime) -> Standing:
    """What counts of one person at `at`."""
    return standing_at([rule.span for rule in own_rules(member, at)], at)


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of the picture of a week."""

    day: date
    pieces: list[Piece]


def week_of(rules: Sequence[AvailabilityRule], first: date) -> list[DayRow]:
    """Seven days from `first` on."""
    spans = [rule.span for rule in rules]
    days = [first + timedelta(days=n) for n in range(WEEK_DAYS)]
    return [DayRow(day, day_picture(spans, day)) for day in days]


def off_duty_reasons(excluded: Mapping[str, int]) -> list[tuple[str | Promise, int]]:
    """(reason in words, how many) of what a solve kept about people off duty (see incidents.problem), most first."""
    words: dict[str, str | Promise] = dict(AvailabilityReason.choices)
    none = pgettext_lazy("availability", "No reason given")
    found = [
        (words.get(key.removeprefix("off_duty:"), none), count)
        for key, count in excluded.items()
        if key.startswith("off_duty:")
    ]
    return sorted(found, key=lambda pair: -pair[1])
