"""The duty rota of a month: who sits where, and what is not covered."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from muster.access.rights import Actor, Right
from muster.apps.people.models import Member
from muster.apps.service.models import DutyPost, DutySeat, DutySwap, DutyTurn
from muster.apps.service.models.rota import OPEN_SWAPS
from muster.core.units import beijing_day, beijing_day_bounds


@dataclass(frozen=True, slots=True)
class Shown:
    """One turn with the people on it; `gap` is how many it still wants."""

    turn: DutyTurn
    seats: list[DutySeat]

    @property
    def gap(self) -> int:
        return max(0, self.turn.heads - len(self.seats))


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    turns: list[Shown] = field(default_factory=list)

    @property
    def gap(self) -> int:
        return sum(one.gap for one in self.turns)


def may_read(actor: Actor, member: Member) -> bool:
    """Whether the actor learns this name: of people he sees anyway, his own, and a member those of his own unit."""
    if member.number == actor.member_ref:
        return True
    if actor.may(Right.SEE_PEOPLE):
        return actor.sees_unit(member.unit.path)
    return Member.objects.filter(number=actor.member_ref, unit=member.unit_id).exists()


def month_of(first: date) -> list[Day]:
    """Every day of the month of `first` with its turns, by the Beijing day on which they start."""
    days = [Day(first.replace(day=n + 1)) for n in range(calendar.monthrange(first.year, first.month)[1])]
    start, end = beijing_day_bounds(days[0].day)[0], beijing_day_bounds(days[-1].day)[1]
    rows = DutyTurn.objects.filter(starts_at__gte=start, starts_at__lt=end).select_related("post")
    for turn in rows.order_by("starts_at", "post").prefetch_related("seats__member__unit"):
        seats = sorted(turn.seats.all(), key=lambda seat: seat.pk)
        days[beijing_day(turn.starts_at).day - 1].turns.append(Shown(turn, seats))
    return days


def gaps_until(at: datetime, days: int = 7) -> int:
    """Places nobody has taken of turns that start within so many days."""
    rows = DutyTurn.objects.filter(starts_at__gte=at, starts_at__lt=at + timedelta(days=days)).prefetch_related("seats")
    return sum(Shown(turn, list(turn.seats.all())).gap for turn in rows)


def open_swaps() -> QuerySet[DutySwap]:
    """Offers that nobody has taken, and those that wait for the office."""
    rows = DutySwap.objects.filter(state__in=OPEN_SWAPS).order_by("seat__turn__starts_at", "pk")
    return rows.select_related("seat__turn__post", "giver__unit", "taker__unit")


def seats_of(member: Member, at: datetime) -> QuerySet[DutySeat]:
    """His turns that are not over."""
    return (
        DutySeat.objects.filter(member=member, turn__ends_at__gt=at)
        .select_related("turn__post")
        .order_by("turn__starts_at")
    )


def rota_officer(day: date) -> str:
    """Who sits on the posts of the daily sheet at the turns that start on that Beijing day, in their order; "" for nobody."""
    start, end = beijing_day_bounds(day)
    seats = DutySeat.objects.filter(turn__post__on_sheet=True, turn__starts_at__gte=start, turn__starts_at__lt=end)
    names = list(seats.order_by("turn__starts_at", "pk").values_list("member__name", flat=True))
    return "、".join(dict.fromkeys(names))[:40]


def posts() -> QuerySet[DutyPost]:
    return DutyPost.objects.select_related("unit", "capability").order_by("pk")
