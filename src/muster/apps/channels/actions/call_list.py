"""The printable call list, the last channel. Its numbers can be dialled, so the journal keeps who opened it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from muster.access.rights import Actor, Right, check
from muster.apps.channels.models import MessageState, OutMessage
from muster.apps.channels.reads import CallRow, call_rows
from muster.apps.channels.signals import message_changed, message_locking
from muster.core.errors import Conflict, NotAllowed, NotFound
from muster.jobs.clock import now
from muster.journal.actions import append


@transaction.atomic
def open_call_list(
    actor: Actor, refs: Iterable[str], *, subject: str, kinds: Sequence[str] = ("alert",)
) -> list[CallRow]:
    """People who must be telephoned among the messages of `refs`, with whole numbers, of the actor's part of the tree.

    kinds: ("alert",) for those to be asked, ("release", "stand_down") for those to be told not to come.
    `subject` says what for (incident:3). One entry in the stream `people` names whose numbers were shown.
    """
    check(actor, Right.RECORD)
    at = now()
    rows = [row for row in call_rows(refs, at, kinds) if any(actor.sees_unit(path) for path in row.unit_paths)]
    if rows:
        payload = {"subject": subject, "members": [row.number for row in rows]}
        append("people", "people.call_list_opened", actor=actor.ref, at=at, payload=payload)
    return rows


@transaction.atomic
def mark_told(actor: Actor, message_id: int) -> OutMessage:
    """The actor has told the member by telephone what the message says.

    Errors: "channels.no_message" (NotFound), "access.outside_unit" (NotAllowed), "channels.already_told" (Conflict).
    """
    check(actor, Right.RECORD)
    refs = list(OutMessage.objects.filter(pk=message_id).values_list("ref", flat=True))
    message_locking.send(sender=OutMessage, refs=refs)
    row = OutMessage.objects.select_for_update().filter(pk=message_id).first()
    if row is None:
        raise NotFound("channels.no_message")
    newest = OutMessage.objects.select_for_update().filter(ref=row.ref, kind=row.kind).order_by("-step").first()
    row = newest or row  # gone on to a further channel since the page was drawn
    places = [row.member.unit, *([row.member.home_unit] if row.member.home_unit else [])]
    if not any(actor.sees_unit(unit.path) for unit in places):
        raise NotAllowed("access.outside_unit")
    if row.state in (MessageState.DELIVERED, MessageState.CANCELLED):
        raise Conflict("channels.already_told")
    at = now()
    row.state, row.channel, row.delivered_at, row.sent_at = MessageState.DELIVERED, "call_list", at, row.sent_at or at
    row.save(update_fields=["state", "channel", "delivered_at", "sent_at"])
    message_changed.send(sender=OutMessage, message=row)
    payload = {"ref": row.ref, "kind": row.kind, "member": row.member.number}
    append("people", "people.told_by_telephone", actor=actor.ref, at=at, payload=payload)
    return row
