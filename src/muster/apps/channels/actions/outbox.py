"""Putting messages into the outbox, and taking back those that have not left yet."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from muster.apps.channels.gates import check_body, check_home
from muster.apps.channels.models import MessageState, OutMessage
from muster.apps.channels.order import CALL_LIST
from muster.apps.channels.routes import Routes
from muster.apps.channels.signals import message_changed
from muster.apps.people.models import Member
from muster.core.errors import Conflict
from muster.core.ids import RANDOM_BYTES, public_id
from muster.jobs.clock import now

CHUNK = 500  # values in one IN (...), below the limit of every database


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to be: `ref` names what it belongs to (alert:17), `kind` is one of OutMessage.kind."""

    ref: str
    kind: str
    member: Member
    body: str


def queue_message(*, ref: str, kind: str, member: Member, body: str, exercise: bool, at: datetime) -> OutMessage:
    """Queue one message; see queue_messages."""
    return queue_messages([Draft(ref, kind, member, body)], exercise=exercise, at=at)[0]


@transaction.atomic
def queue_messages(drafts: Sequence[Draft], *, exercise: bool, at: datetime) -> list[OutMessage]:
    """Queue messages, in the order of `drafts`; `at` is the system's clock.

    By the first channel of the order (see order.py) that reaches the member and has a gateway for that mode, else onto
    the call list. A message that is already there with the same text is returned as it is, so a repeat is harmless.
    Errors: "channels.actual_in_exercise_home", "channels.mark_mismatch" (NotAllowed), "channels.different_message"
    (Conflict).
    """
    check_home(exercise)
    for draft in drafts:
        check_body(exercise, draft.body)
    held = _held([draft.ref for draft in drafts])
    made: list[OutMessage] = []
    routes = Routes(exercise, (draft.member for draft in drafts))
    for draft in drafts:
        key = (draft.ref, draft.kind)
        if key not in held:
            held[key] = _new(draft, routes.first(draft.member), exercise, at)
            made.append(held[key])
        elif held[key].body != draft.body or held[key].exercise != exercise:
            raise Conflict("channels.different_message", ref=draft.ref, kind=draft.kind)
    OutMessage.objects.bulk_create(made)
    return [held[draft.ref, draft.kind] for draft in drafts]


def _held(refs: Sequence[str]) -> dict[tuple[str, str], OutMessage]:
    found: dict[tuple[str, str], OutMessage] = {}
    for start in range(0, len(refs), CHUNK):
        rows = OutMessage.objects.filter(ref__in=refs[start : start + CHUNK], step=0)
        found.update({(row.ref, row.kind): row for row in rows})
    return found


def _new(draft: Draft, channel: str, exercise: bool, at: datetime) -> OutMessage:
    return OutMessage(
        client_id=public_id(at, os.urandom(RANDOM_BYTES)),
        ref=draft.ref,
        kind=draft.kind,
        member=draft.member,
        channel=channel,
        exercise=exercise,
        body=draft.body,
        state=MessageState.CALL_LIST if channel == CALL_LIST else MessageState.QUEUED,
        next_try_at=timezone.now(),
        queued_at=at,
    )


@transaction.atomic
def cancel_waiting(refs: Iterable[str], kinds: Sequence[str] = ("alert",)) -> list[OutMessage]:
    """Take back what has surely not left: still waiting, or on the call list. Returns what was cancelled.

    What has perhaps left can not be taken back. It is not sent again: it counts as handed over now, and a sender that
    still holds it finds its claim lost.
    """
    wanted = list(refs)
    rows: list[OutMessage] = []
    perhaps: list[OutMessage] = []
    for start in range(0, len(wanted), CHUNK):
        part = OutMessage.objects.select_for_update().filter(ref__in=wanted[start : start + CHUNK], kind__in=kinds)
        rows += part.filter(state__in=(MessageState.QUEUED, MessageState.CALL_LIST))
        perhaps += part.filter(state__in=(MessageState.CLAIMED, MessageState.PERHAPS_SENT), sent_at=None)
    for row in rows:
        row.state = MessageState.CANCELLED
        row.save(update_fields=["state"])
        message_changed.send(sender=OutMessage, message=row)
    for row in perhaps:
        row.state, row.claim, row.sent_at = MessageState.PERHAPS_SENT, "", now()
        row.save(update_fields=["state", "claim", "sent_at"])
        message_changed.send(sender=OutMessage, message=row)
    return rows
