"""The rule by which people are alarmed again, under any order of channels, reports, answers and time.

Whoever has not answered goes from channel to channel in the order of the site, one after its minutes or at once when it
failed, each channel once; whoever has answered is left alone; nobody who said something clear is asked again.
"""

from __future__ import annotations

import random
from datetime import datetime

import pytest

from muster.apps.channels import actions as channels
from muster.apps.channels.models import MessageState, OutMessage
from muster.apps.incidents.actions import follow_up
from muster.apps.incidents.models import Alert, Reply
from muster.apps.people.models import Contact, Member
from tests.incidents.conftest import Office

ORDERS = (
    "sms:4,voice:3,email:5,call_list",
    "voice:2,sms:6,call_list",
    "sms:4:delivered,voice:3,call_list",
    "email:1,voice:1,sms:1",
    "sms:9",
)


def waits(order: str) -> dict[str, tuple[float, bool]]:
    """channel -> (its minutes, whether a report of delivery is enough), read from the text by other means."""
    parts = [entry.split(":") for entry in order.split(",")]
    return {part[0]: (float(part[1]) if len(part) > 1 else 0.0, "delivered" in part) for part in parts}


def random_event(office: Office, rng: random.Random, alerts: list[Alert]) -> None:
    """Something that may happen: a message leaves, is reported on, is answered; by anybody, in any order."""
    message = rng.choice(list(OutMessage.objects.filter(kind="alert").order_by("pk")))
    what = rng.random()
    if what < 0.45 and message.state == MessageState.QUEUED:
        OutMessage.objects.filter(pk=message.pk).update(state="sent", sent_at=office.clock.at)
    elif what < 0.75:
        word = rng.choice(["delivered", "failed", "failed"])
        channels.record_receipt(message.client_id, word, "", office.clock.at)
    elif what < 0.85:
        answer = rng.choice(["accept", "decline", "unclear"])
        office.answers(Alert.objects.select_related("member").get(pk=rng.choice(alerts).pk), answer)


def check_rule(order: str, before: dict[str, list[OutMessage]], at: datetime, answered: set[str]) -> None:
    """What the step just made was due, went to the next channel of the order, and to nobody who had answered."""
    known, names = waits(order), [entry.split(":")[0] for entry in order.split(",")]
    for ref, had in before.items():
        now = list(OutMessage.objects.filter(ref=ref, kind="alert").order_by("step"))
        used = [row.channel for row in now]
        assert len(set(used)) == len(used), "a channel is used once"
        assert [names.index(name) for name in used] == sorted(names.index(name) for name in used), "in the site's order"
        assert len({row.body for row in now}) == 1, "the same words"
        assert len(now) <= len(had) + 1
        if len(now) == len(had):
            continue
        last, (minutes, enough) = had[-1], known[had[-1].channel]
        assert ref not in answered
        since = last.sent_at or last.queued_at
        waited = (at - since).total_seconds() / 60 >= minutes and not (enough and last.state == "delivered")
        assert last.state == "failed" or waited, (last.channel, last.state)


def all_messages() -> dict[str, list[OutMessage]]:
    found: dict[str, list[OutMessage]] = {}
    for row in OutMessage.objects.filter(kind="alert").order_by("step"):
        found.setdefault(row.ref, []).append(row)
    return found


def clear_ones(alerts: list[Alert]) -> set[str]:
    """Who has said a clear yes or no by now."""
    rows = Reply.objects.filter(alert__in=alerts, answer__in=("accept", "decline"))
    return {alert.ref for alert in Alert.objects.filter(pk__in=rows.values("alert"))}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("seed", [1, 42])
def test_under_any_order_of_things_nobody_is_alarmed_twice_or_forgotten(
    office: Office, settings: object, order: str, seed: int
) -> None:
    settings.MUSTER_CHANNELS, rng = order, random.Random(f"{seed}{order}")
    settings.MUSTER_EXERCISE_SMS_URL, settings.MUSTER_EXERCISE_VOICE_URL = "http://127.0.0.1:9", "http://127.0.0.1:9/v"
    settings.MUSTER_EXERCISE_MAIL_URL, settings.MUSTER_SILENT_MINUTES = "smtp://127.0.0.1:9?from=a@b.example", 6
    callout = office.opens()
    for member in Member.objects.all():
        Contact.objects.create(member=member, kind="email", value=f"{member.number}@b.example", masked="*")
    alerts = office.calls(callout)
    for _ in range(60):
        random_event(office, rng, alerts)
        office.clock.forward(rng.choice([0.0, 0.2, 1.0, 2.5]))
        before, answered = all_messages(), clear_ones(alerts)
        channels.move_on(office.clock.at)
        check_rule(order, before, office.clock.at, answered)
        asked = set(OutMessage.objects.filter(kind="reminder").values_list("ref", flat=True))
        follow_up(office.clock.at)
        again = list(OutMessage.objects.filter(kind="reminder").values_list("ref", flat=True))
        assert len(again) == len(set(again)), "asked again once"
        assert not (set(again) - asked) & clear_ones(alerts), "who said something clear is not asked again"
    for _ in range(6):
        office.clock.forward(30)
        channels.move_on(office.clock.at)
    done = clear_ones(alerts)
    ends = waits(order)
    for alert in Alert.objects.filter(pk__in=[one.pk for one in alerts]):
        rows = all_messages()[alert.ref]
        if alert.ref in done or alert.state == "unclear" or alert.replied_at is not None:
            continue
        delivered = any(row.state == "delivered" and ends[row.channel][1] for row in rows)
        assert delivered or rows[-1].channel == list(ends)[-1], "whoever is silent gets to the end of the order"
