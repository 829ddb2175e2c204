"""The rates at which days of duty are paid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction

from muster.access.rights import Actor, Right, check
from muster.apps.service.actions.commitments import STREAM
from muster.apps.service.models import PayRate
from muster.apps.service.reads.pay import confirmed_until
from muster.core.errors import Conflict, InvalidInput
from muster.core.units import money
from muster.jobs import clock
from muster.journal.actions import append

FIRST_RATE = (date(2018, 1, 1), Decimal("200.00"))
MOST_CNY = 100_000


@transaction.atomic
def set_pay_rate(actor: Actor, valid_from: date, cny_per_day: Decimal) -> PayRate:
    """The rate from `valid_from` (Beijing) on; said again for the same day it replaces the first.

    InvalidInput "service.rate_form"; Conflict "service.rate_confirmed" for days whose pay was confirmed."""
    check(actor, Right.SET_PAY)
    amount = money(cny_per_day)
    if not 0 <= amount <= MOST_CNY:
        raise InvalidInput("service.rate_form")
    until = confirmed_until()
    if until is not None and valid_from <= until:
        raise Conflict("service.rate_confirmed", day=until.isoformat())
    before = PayRate.objects.filter(valid_from=valid_from).values_list("cny_per_day", flat=True).first()
    rate, _ = PayRate.objects.update_or_create(valid_from=valid_from, defaults={"cny_per_day": amount})
    payload = {"valid_from": valid_from.isoformat(), "cny_per_day": str(amount)}
    if before is not None:
        payload["before"] = str(before)
    append(STREAM, "rate.set", actor=actor.ref, at=clock.now(), payload=payload)
    return rate


@transaction.atomic
def seed_pay_rate() -> bool:
    """A first rate (CNY 200 a day) where there is none; tells whether it was made."""
    if PayRate.objects.exists():
        return False
    PayRate(valid_from=FIRST_RATE[0], cny_per_day=FIRST_RATE[1]).save(force_insert=True)
    return True
