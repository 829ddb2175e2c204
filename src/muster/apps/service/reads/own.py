"""What a member sees of his own pay: the days that are paid, each once, at the rate of that day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from muster.apps.people.models import Member
from muster.apps.service.models import Attendance, PayRate
from muster.apps.service.reads.pay import rate_on
from muster.core.units import beijing_day, money


@dataclass(frozen=True, slots=True)
class PaidDay:
    """A Beijing day on which a turn of actual duty started; CNY, 0 for a day before the first rate."""

    day: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PayYear:
    """The paid days of one year, newest first, and their sum."""

    year: int
    days: tuple[PaidDay, ...]
    amount: Decimal


def paid_days(member: Member) -> list[PaidDay]:
    """Newest first; exercises are not paid."""
    starts = Attendance.objects.filter(member=member, exercise=False).values_list("starts_at", flat=True)
    rates = list(PayRate.objects.order_by("valid_from").values_list("valid_from", "cny_per_day"))
    return [PaidDay(day, _amount(day, rates)) for day in sorted({beijing_day(at) for at in starts}, reverse=True)]


def _amount(day: date, rates: Sequence[tuple[date, Decimal]]) -> Decimal:
    return money(rate_on(day, rates)) if rates and day >= rates[0][0] else money(0)


def pay_years(member: Member) -> list[PayYear]:
    """By calendar year, newest first."""
    days = paid_days(member)
    years = sorted({one.day.year for one in days}, reverse=True)
    found = [(year, tuple(one for one in days if one.day.year == year)) for year in years]
    return [PayYear(year, own, sum((one.amount for one in own), money(0))) for year, own in found]
