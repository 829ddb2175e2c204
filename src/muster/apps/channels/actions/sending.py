"""The sender's side of the outbox: claim by compare-and-set, and say what became of each try.

queued -> claimed -> sent -> delivered | failed
                  -> queued        the gateway surely did not take it: again after a pause
                  -> perhaps_sent  nobody knows: again with the same client_id; only a receipt can tell
                  -> failed        refused, or tried often enough: onto the call list
"""

from __future__ import annotations

import hashlib
import os
import random
import secrets
import socket
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import count

from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, When
from django.utils import timezone

from muster.apps.channels.models import MessageState, OutMessage
from muster.apps.channels.order import cost
from muster.apps.channels.signals import message_changed, message_locking

LEASE_SECONDS = 30
LOOKS = 3  # for something to claim, when another sender was faster
MOST_TRIES = 8
LONGEST_PAUSE_SECONDS = 60.0
SET_BACK = timedelta(seconds=2 * LONGEST_PAUSE_SECONDS)  # nothing is due so far ahead: the host's clock was set back
EXERCISE_BATCH = 16  # small, so that an actual callout never waits long behind an exercise whose gateway hangs

_HOST = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:6]
_nonce = secrets.token_hex(3)
_numbers = count()


def lane_name() -> str:
    """This process as the sender of a claim: host.pid.nonce, at most 21 letters."""
    return f"{_HOST}.{os.getpid()}.{_nonce}"


def _ready(now: datetime) -> QuerySet[OutMessage]:
    fresh = Q(state=MessageState.QUEUED)
    doubtful = Q(state=MessageState.PERHAPS_SENT, sent_at=None, claim="")
    due = Q(next_try_at__lte=now) | Q(next_try_at__gt=now + SET_BACK)
    return OutMessage.objects.filter(fresh | doubtful, due)


def due_channels() -> list[str]:
    """Channels on which something could be sent now."""
    return sorted(set(_ready(timezone.now()).values_list("channel", flat=True).distinct()))


def claim_batch(most: int, channel: str = "sms") -> list[OutMessage]:
    """Claim up to `most` messages of one channel and mode that are due, actual before exercise, first tries before repeats.

    The claim is an update that asks for the state again, so two senders never hold the same message; who comes second to
    the same ones looks once more.
    """
    for _ in range(LOOKS):
        chosen = _chosen(most, channel)
        if not chosen:
            return []
        batch = _claim(chosen)
        if batch:
            return batch
    return []


def _chosen(most: int, channel: str) -> list[int]:
    last = Case(When(kind="test", then=1), default=0)  # a test waits for everything that is meant
    due = _ready(timezone.now()).filter(channel=channel).order_by("exercise", last, "tries", "id")
    rows = list(due.values_list("id", "exercise")[:most])
    ids = [pk for pk, exercise in rows if exercise == rows[0][1]]
    return ids[:EXERCISE_BATCH] if rows and rows[0][1] else ids


def _claim(chosen: list[int]) -> list[OutMessage]:
    now = timezone.now()
    claim = f"{lane_name()}.{next(_numbers):x}"
    mine = _ready(now).filter(id__in=chosen)
    taken = {"claim": claim, "claimed_at": now, "tries": F("tries") + 1}
    with transaction.atomic():
        mine.filter(state=MessageState.PERHAPS_SENT).update(**taken)
        mine.filter(state=MessageState.QUEUED).update(state=MessageState.CLAIMED, **taken)
    return list(OutMessage.objects.filter(claim=claim).select_related("member").order_by("id"))


def _held(message: OutMessage) -> OutMessage | None:
    """The row while this claim still holds it; a receipt or another sender may have been faster."""
    message_locking.send(sender=OutMessage, refs=[message.ref])
    return OutMessage.objects.select_for_update().filter(pk=message.pk, claim=message.claim).exclude(claim="").first()


@transaction.atomic
def mark_sent(message: OutMessage, *, at: datetime) -> OutMessage | None:
    """The gateway took it. A message that was perhaps sent before stays so until a receipt tells. None: claim lost."""
    row = _held(message)
    if row is None:
        return None
    row.claim, row.error, row.sent_at = "", "", row.sent_at or at
    row.parts, row.cost = cost(
        row.channel, row.body
    )  # the same id twice is charged once by any gateway that keeps to it
    if row.state == MessageState.CLAIMED:
        row.state = MessageState.SENT
    row.save(update_fields=["claim", "error", "sent_at", "state", "parts", "cost"])
    message_changed.send(sender=OutMessage, message=row)
    return row


@transaction.atomic
def mark_failed(message: OutMessage, *, error: str, perhaps: bool = False, final: bool = False) -> OutMessage | None:
    """This try failed. `perhaps`: the gateway may have taken it; `final`: another try is useless. None: claim lost."""
    row = _held(message)
    if row is None:
        return None
    return _after_failure(row, error=error, perhaps=perhaps, final=final)


def _after_failure(row: OutMessage, *, error: str, perhaps: bool, final: bool) -> OutMessage:
    row.claim, row.error = "", error[:60]
    if row.state in (MessageState.CLAIMED, MessageState.PERHAPS_SENT):
        if final or row.tries >= MOST_TRIES:
            row.state = MessageState.FAILED
        elif perhaps:
            row.state = MessageState.PERHAPS_SENT
        elif row.state == MessageState.CLAIMED:
            row.state = MessageState.QUEUED
        row.next_try_at = timezone.now() + timedelta(seconds=pause_seconds(row.client_id, row.tries))
    row.save(update_fields=["claim", "error", "state", "next_try_at"])
    message_changed.send(sender=OutMessage, message=row)
    return row


def pause_seconds(client_id: str, tries: int) -> float:
    """Pause after the given number of tries: 2, 4, 8 … 60 s, shortened by up to half, drawn from the message's own id.

    Spread, or all messages would return to a gateway that has just come back in the same instant.
    """
    whole = min(LONGEST_PAUSE_SECONDS, 2.0**tries)
    return whole * random.Random(f"{client_id}:{tries}").uniform(0.5, 1.0)


@transaction.atomic
def recover_claims(*, at_start: bool = False, holding: Collection[str] = ()) -> int:
    """Free claims that nobody will finish: older than the lease, made at a time that is yet to come (the host's clock was
    set back), or (at the start of a lane) of a process that is gone. Never those of `holding`: they are being sent right
    now, whatever a clock says that jumped.

    Whether the gateway got them is unknown, so they go out again with the same client_id. Returns how many.
    """
    now = timezone.now()
    held = OutMessage.objects.filter(state__in=(MessageState.CLAIMED, MessageState.PERHAPS_SENT)).exclude(claim="")
    lease = timedelta(seconds=LEASE_SECONDS)
    claims = held.values_list("id", "claim", "claimed_at")
    free = [each for each in claims if each[1] not in holding]
    lost = [pk for pk, claim, since in free if abs(now - since) > lease or (at_start and _gone(claim))]
    message_locking.send(sender=OutMessage, refs=list(held.filter(id__in=lost).values_list("ref", flat=True)))
    rows = list(held.select_for_update().filter(id__in=lost))
    for row in rows:
        _after_failure(row, error="sender.lost", perhaps=True, final=False)
        if row.state == MessageState.PERHAPS_SENT:
            row.next_try_at = now
            row.save(update_fields=["next_try_at"])
    return len(rows)


def _gone(claim: str) -> bool:
    """Whether the process that made this claim is surely dead. Of other hosts nothing is known: their lease decides."""
    host, pid, nonce = claim.split(".")[:3]
    if host != _HOST:
        return False
    if int(pid) == os.getpid():
        return nonce != _nonce
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
