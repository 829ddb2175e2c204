"""Delivery reports: kept as they come, late and double ones too; only news changes the message."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from muster.apps.channels.actions.findings import raise_finding
from muster.apps.channels.models import MessageState, OutMessage, Receipt
from muster.apps.channels.signals import message_changed, message_locking

DELIVERED, FAILED = "delivered", "failed"
# what gateways say of numbers that nobody has; a phone that is merely off is none of these
WRONG_NUMBER = frozenset({"wrong_number", "no_such_number", "unknown_subscriber", "空号"})
_NEVER_LEFT = (MessageState.CALL_LIST, MessageState.CANCELLED)


@transaction.atomic
def record_receipt(
    client_id: str, status: str, detail: str, at: datetime, *, exercise: bool | None = None
) -> OutMessage | None:
    """Keep the report and move the message. None when no message of that mode has this id.

    Delivered is believed over everything, before and after; failed only about a message that was handed over.
    """
    refs = list(OutMessage.objects.filter(client_id=client_id).values_list("ref", flat=True))
    message_locking.send(sender=OutMessage, refs=refs)
    row = OutMessage.objects.select_for_update().filter(client_id=client_id).first()
    if row is None or (exercise is not None and row.exercise != exercise):
        return None
    Receipt.objects.create(message=row, at=at, status=status, detail=detail[:120])
    news = _next_state(row, status)
    if news is None:
        return row
    row.state = news
    row.sent_at = row.sent_at or at
    if news == MessageState.DELIVERED:
        row.delivered_at, row.error = at, ""
    else:
        row.error = f"report.{detail}"[:60] if detail else "report.failed"
    row.save(update_fields=["state", "sent_at", "delivered_at", "error"])
    if news == MessageState.FAILED and row.channel == "sms" and detail in WRONG_NUMBER:
        raise_finding(row.member, source="gateway", number=row.member.phone, message=row, at=at)
    message_changed.send(sender=OutMessage, message=row)
    return row


def _next_state(row: OutMessage, status: str) -> MessageState | None:
    if row.state == MessageState.DELIVERED or row.state in _NEVER_LEFT:
        return None
    if status == DELIVERED:
        return MessageState.DELIVERED
    # Waiting to go out again: the next try may still get through, so an old failure decides nothing.
    waiting = row.state == MessageState.QUEUED or (row.state == MessageState.PERHAPS_SENT and row.sent_at is None)
    return None if waiting or row.state == MessageState.FAILED else MessageState.FAILED
