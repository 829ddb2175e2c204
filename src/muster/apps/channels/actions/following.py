"""The next channel for alerts that nobody acknowledged in time: the same words, never a second alert.

first channel -> (its minutes without an acknowledgement, or at once when it failed) -> next channel -> ... -> call list
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from muster.apps.channels.models import MessageState, OutMessage
from muster.apps.channels.order import CALL_LIST, DELIVERED, Step, follows_by_itself, steps
from muster.apps.channels.routes import Routes
from muster.apps.channels.signals import alerts_wanting, message_changed, message_locking
from muster.core.ids import RANDOM_BYTES, public_id

MOST = 200  # in one go: alerts that have not left yet never wait long behind these
OLDEST = timedelta(hours=24)  # what is older belongs to no callout that still runs


def move_on(at: datetime) -> int:
    """Put alerts that are due (system's clock) onto their next channel. Returns how many were."""
    if not follows_by_itself():
        return 0
    return sum(_follow(step, at) for step in steps() if step.channel != CALL_LIST)


def _due(step: Step, at: datetime) -> QuerySet[OutMessage]:
    late = at - step.wait
    sent = Q(sent_at__lte=late)
    if step.acknowledged == DELIVERED:
        sent &= ~Q(state=MessageState.DELIVERED)
    not_taken = Q(sent_at=None, queued_at__lte=late)
    wanted = Q(state=MessageState.FAILED) | sent | not_taken
    rows = OutMessage.objects.filter(wanted, kind="alert", followed=False, channel=step.channel)
    return rows.filter(queued_at__gte=at - OLDEST).exclude(state=MessageState.CANCELLED)


@transaction.atomic
def _follow(step: Step, at: datetime) -> int:
    found = dict(_due(step, at).order_by("pk").values_list("pk", "ref")[:MOST])
    if not found:
        return 0
    message_locking.send(sender=OutMessage, refs=sorted(set(found.values())))
    rows = list(_due(step, at).select_for_update(of=("self",)).select_related("member").filter(pk__in=found))
    OutMessage.objects.filter(pk__in=[row.pk for row in rows]).update(followed=True)
    wanting = _wanting(row.ref for row in rows)
    made: list[OutMessage] = []
    for exercise in (False, True):
        due = [row for row in rows if row.exercise is exercise and row.ref in wanting]
        routes = Routes(exercise, (row.member for row in due))
        made += [_next(row, channel, at) for row in due if (channel := routes.after(row.channel, row.member))]
    OutMessage.objects.bulk_create(made)
    return len(made)


def _wanting(refs: Iterable[str]) -> set[str]:
    """Of these, the alerts that still want an answer, by whoever knows them."""
    wanted = list(refs)
    answers = alerts_wanting.send(sender=OutMessage, refs=wanted)
    return {ref for _receiver, some in answers for ref in some}


def _next(row: OutMessage, channel: str, at: datetime) -> OutMessage:
    return OutMessage(
        client_id=public_id(at, os.urandom(RANDOM_BYTES)),
        ref=row.ref,
        kind=row.kind,
        member=row.member,
        channel=channel,
        step=row.step + 1,
        exercise=row.exercise,
        body=row.body,
        state=MessageState.CALL_LIST if channel == CALL_LIST else MessageState.QUEUED,
        next_try_at=timezone.now(),
        queued_at=at,
    )


def stop_following(ref: str) -> None:
    """The person has answered, on whatever channel: nothing follows any more, and what waits is taken back.

    Only where more than one channel was used: a first message that still waits tells him where to go.
    """
    rows = list(OutMessage.objects.filter(ref=ref, kind="alert").order_by("step"))
    open_ones = [row.pk for row in rows if not row.followed]
    OutMessage.objects.filter(pk__in=open_ones).update(followed=True)
    if len(rows) < 2:
        return
    for row in rows:
        if row.state in (MessageState.QUEUED, MessageState.CALL_LIST):
            row.state = MessageState.CANCELLED
            row.save(update_fields=["state"])
            message_changed.send(sender=OutMessage, message=row)
