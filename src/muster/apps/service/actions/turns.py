"""Turns of duty, and the rates they are paid at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from muster.access.rights import Actor, Right, check
from muster.apps.people.models import Member
from muster.apps.service.actions.commitments import CHUNK, STREAM, member_numbers
from muster.apps.service.models import Attendance, PayRate
from muster.core.errors import InvalidInput
from muster.core.units import money
from muster.jobs import clock
from muster.journal.actions import append

FIRST_RATE = (date(2018, 1, 1), Decimal("200.00"))


@transaction.atomic
def start_turn(member: Member, ref: str, at: datetime, exercise: bool, *, actor: str = "system") -> Attendance:
    """The member's turn of duty for `ref` starts at `at`. Said twice it has started once, at the first time; a turn that
    had ended goes on."""
    turn, made = Attendance.objects.get_or_create(
        member=member, ref=ref, defaults={"starts_at": at, "exercise": exercise}
    )
    if not made and turn.ends_at is not None:
        turn.ends_at = None
        turn.save(update_fields=["ends_at"])
        append(STREAM, "turn.resumed", actor=actor, at=at, payload={"ref": ref}, person=member.number)
    if made:
        payload = {"ref": ref, "member": member.number, "exercise": exercise}
        append(STREAM, "turn.started", actor=actor, at=at, payload=payload, person=member.number)
    return turn


@transaction.atomic
def void_turn(member: Member, ref: str, at: datetime, *, actor: str = "system") -> bool:
    """The member's turn for `ref` never was: nobody is paid for it. The journal keeps when it was said to have started.

    False when there is none.
    """
    turn = Attendance.objects.select_for_update().filter(member=member, ref=ref).first()
    if turn is None:
        return False
    payload = {"ref": ref, "member": member.number, "started": turn.starts_at.isoformat(), "exercise": turn.exercise}
    turn.delete()
    append(STREAM, "turn.voided", actor=actor, at=at, payload=payload, person=member.number)
    return True


@transaction.atomic
def end_turns(member_ids: Iterable[int], ref: str, at: datetime, *, actor: str = "system") -> int:
    """End the open turns of these members for `ref`; others are passed over. Returns how many ended."""
    ids = sorted(set(member_ids))
    ended: list[int] = []
    for start in range(0, len(ids), CHUNK):
        rows = Attendance.objects.filter(member__in=ids[start : start + CHUNK], ref=ref, ends_at=None)
        ended.extend(rows.values_list("member_id", flat=True))
        rows.update(ends_at=at)
    if ended:
        append(STREAM, "turns.ended", actor=actor, at=at, payload={"ref": ref, "members": member_numbers(ended)})
    return len(ended)


def end_turn(member: Member, ref: str, at: datetime, *, actor: str = "system") -> int:
    """End one member's turn for `ref`."""
    return end_turns([member.pk], ref, at, actor=actor)


@transaction.atomic
def set_pay_rate(actor: Actor, valid_from: date, cny_per_day: Decimal) -> PayRate:
    """The rate from `valid_from` (Beijing) on. InvalidInput "service.rate_form"."""
    check(actor, Right.PRE_AUTHORISE)
    amount = money(cny_per_day)
    if not 0 <= amount <= 100_000:
        raise InvalidInput("service.rate_form")
    rate, _ = PayRate.objects.update_or_create(valid_from=valid_from, defaults={"cny_per_day": amount})
    payload = {"valid_from": valid_from.isoformat(), "cny_per_day": str(amount)}
    append(STREAM, "rate.set", actor=actor.ref, at=clock.now(), payload=payload)
    return rate


@transaction.atomic
def seed_pay_rate() -> bool:
    """A first rate (CNY 200 a day) where there is none; tells whether it was made."""
    if PayRate.objects.exists():
        return False
    PayRate(valid_from=FIRST_RATE[0], cny_per_day=FIRST_RATE[1]).save(force_insert=True)
    return True
