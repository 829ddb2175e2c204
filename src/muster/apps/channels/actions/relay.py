"""What the core keeps about its reply relay: keys, how far answers are taken, and whether the relay is heard at all."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from muster.apps.channels.models import RelayAnswer, RelayLink
from muster.codecs.relay import MOST_ANSWERS_OF_ONE, note_seqs, public_key
from muster.core.errors import Conflict
from muster.jobs.clock import now
from muster.journal.actions import append

LINK = 1  # there is one relay
WRITE_EVERY = timedelta(seconds=10)
MOST_SECONDS = 2**31 - 1


@transaction.atomic
def make_relay_keys(by: str) -> tuple[str, str]:
    """New keys on both sides; returns (the relay's private key, the core's public key), the former kept nowhere here.

    A relay with older keys is not listened to any more.
    """
    own, theirs = secrets.token_hex(32), secrets.token_hex(32)
    row = RelayLink(pk=LINK, own_key=own, relay_key=public_key(theirs))
    row.save()
    append("security", "relay.keys_made", actor=by, at=now())
    return theirs, public_key(own)


def keep_relay_answer(answer_id: str, ref: str) -> bool:
    """Note that this answer came; False when it came before. Call inside the transaction that deals with it.

    Error: Conflict "relay.too_many" for more answers than a member gives.
    """
    if RelayAnswer.objects.filter(answer_id=answer_id).exists():
        return False
    if RelayAnswer.objects.filter(ref=ref).count() >= MOST_ANSWERS_OF_ONE:
        raise Conflict("relay.too_many")
    try:
        with transaction.atomic():
            RelayAnswer(answer_id=answer_id, ref=ref).save(force_insert=True)
    except IntegrityError:  # the lane and a file bring it at the same moment
        return False
    return True


@transaction.atomic
def note_relay_answers(epoch: str, seqs: Iterable[int], refused: int) -> RelayLink:
    """The answers with these numbers are on the books, or refused. An epoch not seen before counts from 1 again."""
    row = RelayLink.objects.select_for_update().get(pk=LINK)
    if row.epoch != epoch:
        row.epoch, row.taken_seq, row.missing = epoch, 0, []
    row.taken_seq, row.missing = note_seqs(row.taken_seq, row.missing, seqs)
    row.refused += refused
    row.save(update_fields=["epoch", "taken_seq", "missing", "refused"])
    return row


def note_relay_heard(link: RelayLink, ahead_seconds: float) -> None:
    """The relay has answered just now. Written every ten seconds, not at every question."""
    moment = timezone.now()
    ahead = int(max(-MOST_SECONDS, min(MOST_SECONDS, ahead_seconds)))
    fresh = link.heard_at is not None and timedelta(0) <= moment - link.heard_at < WRITE_EVERY
    if fresh and not link.trouble and abs(ahead - link.ahead_seconds) < 5:
        return
    link.heard_at, link.ahead_seconds, link.trouble = moment, ahead, ""
    link.save(update_fields=["heard_at", "ahead_seconds", "trouble"])


def note_relay_trouble(link: RelayLink, code: str) -> None:
    """The relay was not heard, or said what can not be right. Written when the reason changes."""
    if link.trouble != code:
        link.trouble = code
        link.save(update_fields=["trouble"])


def forget_relay_faults() -> None:
    """Somebody has looked: what was refused or is missing is not shown any more."""
    RelayLink.objects.filter(pk=LINK).update(refused=0, missing=[])


@transaction.atomic
def next_relay_turn(least: int) -> int:
    """The number of the next page file: more than the last, and at least `least`."""
    row = RelayLink.objects.select_for_update().get(pk=LINK)
    row.turn = max(row.turn + 1, least)
    row.save(update_fields=["turn"])
    return row.turn
