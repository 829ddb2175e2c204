"""Texts that come in: stored first, understood afterwards, so that a crash between the two loses nothing."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import DataError, IntegrityError, transaction

from muster.access.fields import blind_index
from muster.apps.channels.actions.probe_answers import answer_of_any_kind, answer_of_its_own
from muster.apps.channels.models import InMessage, OutMessage
from muster.apps.channels.signals import text_received
from muster.apps.people.models import Member
from muster.codecs import phone
from muster.core.errors import InvalidInput, MusterError

MOST_LETTERS = 2000
log = structlog.get_logger(__name__)


def record_inbound(gateway_id: str, sender_phone: str, body: str, exercise: bool, at: datetime) -> InMessage:
    """Store a text and tell who listens. A text that came before is told again only if it was never dealt with."""
    text = _store(gateway_id, sender_phone, body, exercise, at)
    return announce(text)


def _store(gateway_id: str, sender_phone: str, body: str, exercise: bool, at: datetime) -> InMessage:
    held = InMessage.objects.filter(gateway_id=gateway_id).first()
    if held is not None:  # a flood of doubles costs a look each and no turn of the disk
        return held
    number, shown = _number(sender_phone)
    row = InMessage(
        gateway_id=gateway_id,
        at=at,
        member=find_sender(number, exercise),
        sender=number,
        sender_masked=shown,
        body=body[:MOST_LETTERS],
        exercise=exercise,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the gateway doubles; the first one counts
        return InMessage.objects.get(gateway_id=gateway_id)
    return row


def _number(text: str) -> tuple[str, str]:
    """Number as stored and as shown; what is no number (service numbers, names) is kept as it came."""
    try:
        found = phone.parse(text)
    except InvalidInput:
        return text[:40], phone.masked(text[:20])
    return found.e164, phone.masked(found.e164)


def find_sender(number: str, exercise: bool) -> Member | None:
    """The member with this number. Where several share a phone, the one who was written to last in this mode."""
    index = blind_index("phone", number)
    found = list(Member.objects.filter(phone_index=index).order_by("pk")) if index else []
    if len(found) < 2:
        return found[0] if found else None
    last = OutMessage.objects.filter(member__in=found, exercise=exercise).order_by("-id").first()
    return next((member for member in found if last and member.pk == last.member_id), found[0])


def announce(text: InMessage) -> InMessage:
    """Send text_received once, inside the transaction that notes what came of it."""
    return text if text.handled else _announce(text)


@transaction.atomic
def _announce(text: InMessage) -> InMessage:
    row = InMessage.objects.select_for_update().get(pk=text.pk)
    if row.handled:
        return row
    row.handled = "unknown_sender" if row.member_id is None else _understood(row)
    row.save(update_fields=["handled"])
    return row


def _understood(row: InMessage) -> str:
    """A test's own answer is nobody else's; what belongs to no callout may still be one to a test."""
    word = answer_of_its_own(row) or _tell(row) or "no_callout"
    return (answer_of_any_kind(row) if word == "no_callout" else "") or word


def _tell(row: InMessage) -> str:
    try:
        with transaction.atomic():
            answers = text_received.send(sender=InMessage, in_message=row)
    except MusterError as error:  # refused by whom it concerned; the text stays and the desk sees it
        log.warning("text.refused", code=error.code, text=row.pk)
        return "refused"
    return next((word for _receiver, word in answers if word), "") or row.handled


def announce_left_over() -> int:
    """Tell again what was stored but never dealt with, because a process died in between. Returns how many.

    A text that can not be dealt with is marked refused: it must not come back for ever and hold up the others.
    """
    rows = list(InMessage.objects.filter(handled="").order_by("id")[:100])
    for row in rows:
        try:
            announce(row)
        except (DataError, ValueError) as error:
            log.warning("text.unusable", error=type(error).__name__, text=row.pk)
            InMessage.objects.filter(pk=row.pk, handled="").update(handled="refused")
    return len(rows)
