"""Lending a role, taking it back, breaking the glass, taking note of it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from muster.access.lending import reads
from muster.access.models import Account, Lending
from muster.access.moment import now
from muster.access.rights import LENT, Actor, Right, check
from muster.core.errors import Conflict, InvalidInput, NotAllowed
from muster.jobs import clock
from muster.journal.actions import append

MOST_HOURS = 24
GLASS_HOURS = 2


def _note(action: str, actor: Actor, row: Lending, **payload: object) -> None:
    about = {"account": row.account_id, "role": row.role, **payload}
    append("security", action, actor=actor.ref, at=clock.now(), payload=about)


def _reason(text: str) -> str:
    kept = " ".join(text.split())[:120]
    if not kept:
        raise InvalidInput("access.reason_needed")
    return kept


@transaction.atomic
def lend(actor: Actor, account: Account, role: str, *, hours: int, reason: str) -> Lending:
    """Give the account a higher role for `hours`. Nobody lends to himself; what was lent before ends with the new one.

    Errors: "access.not_lendable", "access.hours", "access.reason_needed"."""
    check(actor, Right.ELEVATE)
    if actor.lent_until is not None:
        raise NotAllowed("access.not_allowed", right=str(Right.ELEVATE), role=actor.role)
    if actor.ref == f"account:{account.pk}" or not account.active or role not in LENT.get(account.role, ()):
        raise Conflict("access.not_lendable")
    if not 1 <= hours <= MOST_HOURS:
        raise InvalidInput("access.hours", hours=MOST_HOURS)
    return _lend(actor, account, role, hours, _reason(reason), broken_glass=False)


@transaction.atomic
def break_glass(actor: Actor, account: Account, role: str, *, reason: str) -> Lending:
    """Take a higher role oneself for two hours, where the settings allow it; every head is told on his next page.

    Errors: "access.glass_shut", "access.reason_needed"."""
    if actor.ref != f"account:{account.pk}" or role not in dict(reads.glass_for(account)):
        raise NotAllowed("access.glass_shut")
    return _lend(actor, account, role, GLASS_HOURS, _reason(reason), broken_glass=True)


def _lend(actor: Actor, account: Account, role: str, hours: int, reason: str, *, broken_glass: bool) -> Lending:
    start = now()
    Lending.objects.filter(account=account, ends_at__gt=start).update(ends_at=start)
    row = Lending(
        account=account, role=role, reason=reason, lent_by=actor.ref, broken_glass=broken_glass,
        starts_at=start, ends_at=start + timedelta(hours=hours),
    )  # fmt: skip
    row.save(force_insert=True)
    _note("role.glass_broken" if broken_glass else "role.lent", actor, row, hours=hours, reason=reason)
    return row


@transaction.atomic
def end(actor: Actor, pk: int) -> None:
    """End it before its time: the head any, everybody his own. Error: "access.no_lending"."""
    moment = now()
    row = Lending.objects.select_for_update().filter(pk=pk, ends_at__gt=moment).first()
    own = row is not None and actor.ref == f"account:{row.account_id}"
    if not own:
        check(actor, Right.ELEVATE)
    if row is None:
        raise Conflict("access.no_lending")
    row.ends_at = moment
    row.save(update_fields=["ends_at"])
    _note("role.given_back", actor, row)


@transaction.atomic
def take_note(actor: Actor, pk: int) -> None:
    """The head has read that the glass was broken; a second time changes nothing."""
    check(actor, Right.ELEVATE)
    row = Lending.objects.filter(pk=pk, broken_glass=True, seen_at=None).first()
    if row is not None and actor.ref != f"account:{row.account_id}":  # nobody takes note of his own for the head
        row.seen_at = now()
        row.save(update_fields=["seen_at"])
        _note("role.glass_seen", actor, row)
