"""Pay as a rule over attendance, recomputed each time: nothing is stored that could disagree.

A person is paid once per Beijing calendar day on which a turn of duty of his starts, at the rate of that day. Where
two callouts share such a day, the one whose turn started first pays it. Exercises and actual service are reckoned
apart, so that an exercise never takes away or adds to actual pay.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef

from muster.apps.people.models import Member
from muster.apps.service.models import Attendance, PastAlert, PayRate
from muster.core.errors import InvalidInput
from muster.core.units import beijing_day, money

CHUNK = 500


@dataclass(frozen=True, slots=True)
class PayLine:
    """What one member gets for one callout.

    days            Beijing days paid here; `elsewhere` days on which a turn here started but another callout pays
    employer_paid   the employer goes on paying wages on duty days: marked, the office decides on settlement
    amount          CNY, gross
    """

    member: Member
    days: tuple[date, ...]
    elsewhere: tuple[date, ...]
    employer_paid: bool
    amount: Decimal
    exercise: bool


def rate_on(day: date, rates: Sequence[tuple[date, Decimal]]) -> Decimal:
    """The rate in force on `day` from ascending (valid_from, rate). InvalidInput "service.no_rate"."""
    place = bisect_right([start for start, _ in rates], day)
    if place == 0:
        raise InvalidInput("service.no_rate", day=day.isoformat())
    return rates[place - 1][1]


def _paid_by(turns: Iterable[tuple[int, bool, int, date]]) -> dict[tuple[int, bool, date], int]:
    """(member, exercise, day) -> the turn that pays it; turns come in order of their start."""
    payer: dict[tuple[int, bool, date], int] = {}
    for member, exercise, turn, day in turns:
        payer.setdefault((member, exercise, day), turn)
    return payer


def _all_turns(member_ids: list[int]) -> list[tuple[int, bool, int, date]]:
    found = []
    for start in range(0, len(member_ids), CHUNK):
        rows = Attendance.objects.filter(member__in=member_ids[start : start + CHUNK]).order_by("starts_at", "pk")
        values = rows.values_list("member_id", "exercise", "pk", "starts_at")
        found.extend((member, exercise, pk, beijing_day(at)) for member, exercise, pk, at in values)
    return found


def pay_lines(ref: str) -> list[PayLine]:
    """One line per member with a turn for `ref`, by unit and name. InvalidInput "service.no_rate"."""
    turns = list(
        Attendance.objects.filter(ref=ref)
        .select_related("member__unit", "member__home_unit", "member__employer")
        .order_by("member__unit__path", "member__sort_pinyin", "member__number")
    )
    rates = list(PayRate.objects.order_by("valid_from").values_list("valid_from", "cny_per_day"))
    payer = _paid_by(_all_turns([turn.member_id for turn in turns]))
    return [_line(turn, payer, rates) for turn in turns]


def _line(turn: Attendance, payer: dict[tuple[int, bool, date], int], rates: Sequence[tuple[date, Decimal]]) -> PayLine:
    day = beijing_day(turn.starts_at)
    here = payer[turn.member_id, turn.exercise, day] == turn.pk
    employer = turn.member.employer
    return PayLine(
        member=turn.member,
        days=(day,) if here else (),
        elsewhere=() if here else (day,),
        employer_paid=employer is not None and employer.pays_wages,
        amount=money(rate_on(day, rates)) if here else money(0),
        exercise=turn.exercise,
    )


def pay_total(lines: Iterable[PayLine]) -> Decimal:
    """Sum of the amounts, CNY."""
    return sum((line.amount for line in lines), money(0))


def confirmed_until() -> date | None:
    """The last Beijing day whose pay is confirmed: that on which a turn of an actual callout with a signed review started.

    A signed review shows in its answers having gone into the history. Exercises confirm nothing."""
    signed = PastAlert.objects.filter(callout_ref=OuterRef("ref"), member=OuterRef("member"))
    turns = Attendance.objects.filter(Exists(signed), exercise=False).order_by("-starts_at")
    newest = turns.values_list("starts_at", flat=True).first()
    return None if newest is None else beijing_day(newest)


@dataclass(frozen=True, slots=True)
class RateRow:
    """A rate with the days it is in force: `until` is the last one, None while no later rate is entered."""

    valid_from: date
    until: date | None
    cny_per_day: Decimal

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.until is None or day <= self.until)


def rate_rows() -> list[RateRow]:
    """All rates, newest first."""
    rates = list(PayRate.objects.order_by("valid_from").values_list("valid_from", "cny_per_day"))
    ends = [start - timedelta(days=1) for start, _ in rates[1:]] + [None] * bool(rates)
    return [RateRow(start, until, cny) for (start, cny), until in zip(rates, ends, strict=True)][::-1]
