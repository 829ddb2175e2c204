"""What became of a call that a gateway made: reached or not, and the key that was pressed, which answers that call alone."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from muster.apps.channels.actions.findings import raise_finding
from muster.apps.channels.actions.inbox import announce
from muster.apps.channels.actions.receipts import DELIVERED, FAILED, record_receipt
from muster.apps.channels.models import InMessage, OutMessage

WRONG = "wrong_number"
WRONG_KEY = "9"  # whoever answered says that he is not the one who is called


def record_call(client_id: str, event: str, state: str, key: str, at: datetime, *, exercise: bool) -> OutMessage | None:
    """Keep what the gateway says of one call. None when no call of that mode has this id.

    state: answered | key | busy | no_answer | wrong_number | failed; `event` makes a doubled telling harmless. A key of 1 or
    2 is an answer like a text; 9 makes the number a finding, and the call counts as not delivered.
    """
    call = OutMessage.objects.filter(client_id=client_id, channel="voice", exercise=exercise).first()
    if call is None:
        return None
    wrong = state == WRONG or key == WRONG_KEY
    text = _once(call, event, key or state, at)
    if text is None:
        return call
    reached = state == "answered" or (state == "key" and not wrong)
    record_receipt(client_id, DELIVERED if reached else FAILED, WRONG if wrong else state, at, exercise=exercise)
    if wrong:
        raise_finding(call.member, source="voice", number=call.member.phone, message=call, at=at)
    if key and not wrong:
        announce(text)
    return call


def _once(call: OutMessage, event: str, said: str, at: datetime) -> InMessage | None:
    """The event as stored; None when it came before and was dealt with. What is no answer is dealt with by being kept."""
    row = InMessage(
        gateway_id=event, at=at, member=call.member, sender="", sender_masked=call.member.phone_masked, body=said,
        exercise=call.exercise, channel="voice", answers=call, handled="" if said in ("1", "2") else "reply",
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        held = InMessage.objects.get(gateway_id=event)
        return None if held.handled else held
    return row
