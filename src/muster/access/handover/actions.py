"""The duty moves when the other accepts it. Giver, taker and note stand in the journal."""

from __future__ import annotations

from django.db import transaction

from muster.access.handover import reads
from muster.access.models import Account, Handover
from muster.access.rights import Actor, Right, check
from muster.core.errors import Conflict, NotAllowed
from muster.jobs import clock
from muster.journal.actions import append


def _note(action: str, actor: Actor, row: Handover) -> None:
    payload = {"from": row.giver_id, "to": row.taker_id}
    append("security", action, actor=actor.ref, at=clock.now(), payload=payload)


def _own(actor: Actor) -> Account:
    return Account.objects.select_for_update().get(pk=int(actor.ref.removeprefix("account:")))


@transaction.atomic
def take_free_duty(actor: Actor) -> Handover:
    """Take the duty that nobody holds. Errors: "access.duty_held", "access.taker_unknown"."""
    own = _own(actor)
    if own.role not in reads.TAKERS or own.unit_path:
        raise NotAllowed("access.taker_unknown")
    if reads.holder() is not None:
        raise Conflict("access.duty_held")
    at = clock.now()
    row = Handover(giver=None, taker=own, offered_at=at, answered_at=at, accepted=True)
    row.save(force_insert=True)
    _note("duty.taken", actor, row)
    reads.tell(own)
    return row


@transaction.atomic
def offer(actor: Actor, taker_pk: int, note: str = "") -> Handover:
    """ "I hand the duty to …": the holder offers it. Errors: "access.not_on_duty", "access.taker_unknown",
    "access.offer_open"."""
    own = _own(actor)
    if reads.holder() != own:
        raise Conflict("access.not_on_duty")
    taker = next((row for row in reads.takers(own) if row.pk == taker_pk), None)
    if taker is None:
        raise Conflict("access.taker_unknown")
    if reads.open_offer() is not None:
        raise Conflict("access.offer_open")
    row = Handover(giver=own, taker=taker, note=" ".join(note.split())[:200], offered_at=clock.now())
    row.save(force_insert=True)
    _note("duty.offered", actor, row)
    return row


@transaction.atomic
def answer(actor: Actor, pk: int, *, accept: bool) -> None:
    """The taker accepts or declines; until then the giver keeps the duty. Error: "access.offer_gone"."""
    row = _open_row(pk)
    if actor.ref != f"account:{row.taker_id}":
        raise NotAllowed("access.offer_gone")
    _close(row, accept=accept)
    _note("duty.accepted" if accept else "duty.declined", actor, row)
    if accept:
        reads.tell(row.taker)


@transaction.atomic
def take_back(actor: Actor, pk: int) -> None:
    """The giver takes his offer back, or the head ends one that nobody answers. Error: "access.offer_gone"."""
    row = _open_row(pk)
    if actor.ref != f"account:{row.giver_id}":
        check(actor, Right.ELEVATE)
    _close(row, accept=False)
    _note("duty.offer_taken_back", actor, row)


def _open_row(pk: int) -> Handover:
    row = Handover.objects.select_for_update(of=("self",)).select_related("taker").filter(pk=pk, accepted=None).first()
    if row is None:
        raise Conflict("access.offer_gone")
    return row


def _close(row: Handover, *, accept: bool) -> None:
    row.accepted, row.answered_at = accept, clock.now()
    row.save(update_fields=["accepted", "answered_at"])
