"""A communications test that was made some weeks ago, so that a demonstration shows what one finds."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from muster.apps.channels.models import CommsProbe, CommsTest, OutMessage
from muster.apps.channels.testing import probe_text
from muster.apps.people.models import Member
from muster.core.ids import RANDOM_BYTES, public_id
from muster.exercise.district.make import District

DAYS_AGO = timedelta(days=41, hours=4)
BATCH = 400
DELIVERED, FAILED = 0.955, 0.03  # of the texts; the rest is handed over and never reported on
ANSWERED, USUAL_MINUTES = 0.81, 6.0  # of those delivered; log-normal about this median


def load_test(district: District, members: Sequence[Member]) -> None:
    """Called inside the loader's transaction; `members` in the district's order."""
    chance, at = random.Random(f"{district.seed}:comms"), district.start - DAYS_AGO
    test = CommsTest(
        exercise=True, channels=["sms"], state="finished", started_by="system", started_at=at,
        closes_at=at + timedelta(hours=24), ended_at=at + timedelta(hours=24), ended_by="system",
    )  # fmt: skip
    test.save(force_insert=True)
    body = probe_text("sms", True)
    asked = [member for member in members if member.state == "active"]
    messages = [_message(test, member, body, at, chance) if member.phone else None for member in asked]
    OutMessage.objects.bulk_create([message for message in messages if message], batch_size=BATCH)
    CommsProbe.objects.bulk_create(
        [_probe(test, member, message, chance) for member, message in zip(asked, messages, strict=True)],
        batch_size=BATCH,
    )


def _message(test: CommsTest, member: Member, body: str, at: datetime, chance: random.Random) -> OutMessage:
    sent, drawn = at + timedelta(seconds=chance.uniform(1, 150)), chance.random()
    state = "delivered" if drawn < DELIVERED else "failed" if drawn < DELIVERED + FAILED else "sent"
    return OutMessage(
        client_id=public_id(sent, os.urandom(RANDOM_BYTES)), ref=f"test:{test.pk}:{member.pk}", kind="test",
        member=member, channel="sms", followed=True, exercise=True, body=body, state=state, tries=1, next_try_at=sent,
        queued_at=at, sent_at=sent, parts=1, error="report.unreachable" if state == "failed" else "",
        delivered_at=sent + timedelta(seconds=3) if state == "delivered" else None,
    )  # fmt: skip


def _probe(test: CommsTest, member: Member, message: OutMessage | None, chance: random.Random) -> CommsProbe:
    answered_at = None
    if message is not None and message.state == "delivered" and message.sent_at and chance.random() < ANSWERED:
        answered_at = message.sent_at + timedelta(minutes=USUAL_MINUTES * chance.lognormvariate(0.0, 1.1))
    return CommsProbe(
        test=test, member=member, unit=member.home_unit or member.unit, message=message, answered_at=answered_at,
        channel="sms" if message else "call_list",
    )  # fmt: skip
