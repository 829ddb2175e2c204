"""Everything the card of one member shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import numpy as np

from muster.apps.people.models import AwayNotice, Consent, Contact, Holding, Member
from muster.apps.people.reads.dated import DatedHolding, dated
from muster.apps.service.models import Attendance, Commitment, PayRate, ResponseModelRow
from muster.apps.service.reads.history import MemberHistory, member_history
from muster.apps.service.reads.listing import age, whereabouts
from muster.apps.service.reads.pay import rate_on
from muster.apps.service.reads.turnout import Turnout, model_in_force, turnout
from muster.apps.service.reads.whereabouts import committed_ids
from muster.core.units import beijing_day, money


@dataclass(frozen=True, slots=True)
class Card:
    """One member as the right-hand panel shows him; numbers masked."""

    member: Member
    age: int | None
    now: str
    holdings: tuple[DatedHolding, ...]
    lapsed: int
    turnout: Turnout
    model: ResponseModelRow | None
    history: MemberHistory
    away: tuple[AwayNotice, ...]
    contacts: tuple[Contact, ...]
    consents: tuple[Consent, ...]
    year: Year

    @property
    def renewable(self) -> str:
        """Slug of the first certificate that has lapsed or soon will, "" for none."""
        found = (one.holding.capability.slug for one in self.holdings if one.state in ("lapsed", "soon", "unproven"))
        return next(found, "")

    @property
    def accept(self) -> float:
        return float(self.turnout.accept[0])

    @property
    def accept_low(self) -> float:
        return float(self.turnout.accept_low[0])

    @property
    def accept_high(self) -> float:
        return float(self.turnout.accept_high[0])

    @property
    def prior(self) -> bool:
        return bool(self.turnout.prior[0])


@dataclass(frozen=True, slots=True)
class Year:
    """Actual service of a calendar year (Beijing): turns, paid days and their pay in CNY; exercises counted apart."""

    turns: int
    days: int
    amount: Decimal
    exercises: int


def member_card(member: Member, at: datetime) -> Card:
    """The card of `member` as of `at`."""
    day = beijing_day(at)
    rows = Holding.objects.filter(member=member).select_related("capability").order_by("capability__bit")
    held = tuple(dated(one, day) for one in rows)
    away = tuple(AwayNotice.objects.filter(member=member, cancelled_at=None, ends_at__gt=at).order_by("starts_at"))
    is_away = {member.pk} if any(notice.starts_at <= at for notice in away) else set()
    return Card(
        member=member,
        age=age(member, day),
        now=whereabouts(member, is_away, committed_ids(at)),
        holdings=held,
        lapsed=sum(one.state == "lapsed" for one in held),
        turnout=turnout(np.array([member.pk], dtype=np.int64), at),
        model=model_in_force(),
        history=member_history(member),
        away=away,
        contacts=tuple(member.contacts.order_by("pk")),
        consents=tuple(member.consents.order_by("purpose", "-given_at")),
        year=year_of(member, day),
    )


def year_of(member: Member, day: date) -> Year:
    """What the member did in the year of `day`."""
    turns = [
        (beijing_day(at), exercise)
        for at, exercise in Attendance.objects.filter(member=member).values_list("starts_at", "exercise")
        if beijing_day(at).year == day.year
    ]
    days = {one for one, exercise in turns if not exercise}
    return Year(
        turns=sum(not exercise for _, exercise in turns),
        days=len(days),
        amount=_amount(days),
        exercises=sum(exercise for _, exercise in turns),
    )


def _amount(days: set[date]) -> Decimal:
    """Sum over the days; one before the first rate is paid by nothing on the books."""
    rates = list(PayRate.objects.order_by("valid_from").values_list("valid_from", "cny_per_day"))
    return sum((rate_on(day, rates) for day in days if rates and day >= rates[0][0]), money(0))


@dataclass(frozen=True, slots=True)
class OwnDuty:
    """A turn of duty as the member sees it."""

    ref: str
    starts_at: datetime
    ends_at: datetime | None
    exercise: bool


def own_duties(member: Member, shown: int = 30) -> tuple[OwnDuty, ...]:
    """The member's turns, newest first."""
    rows = Attendance.objects.filter(member=member).order_by("-starts_at")[:shown]
    return tuple(OwnDuty(row.ref, row.starts_at, row.ends_at, row.exercise) for row in rows)


def open_commitment(member: Member) -> Commitment | None:
    """What the member is taken for now."""
    return Commitment.objects.filter(member=member, ends_at=None).first()
