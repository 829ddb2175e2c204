"""What members write reaches the books whole, in the right order of locks, and never in clear."""

from __future__ import annotations

import pytest
from django.db import connection

from muster.access.fields import blind_index
from muster.apps.channels.actions import claim_batch, record_inbound
from muster.apps.channels.models import OutMessage
from muster.apps.incidents import actions
from muster.apps.incidents.models import Reply
from muster.journal import sealing
from muster.journal.models import Entry

pytestmark = pytest.mark.django_db


def writes(office, alert, body, gateway_id="g1"):
    """The member sends a text."""
    member = alert.member
    return record_inbound(gateway_id, member.phone, body, True, office.clock.at)


@pytest.fixture
def alert(office):
    alert = office.calls(office.opens())[0]
    member = alert.member
    member.phone_index = blind_index("phone", member.phone)
    member.save()
    return alert


def test_an_acceptance_with_an_impossible_time_is_still_an_acceptance(office, alert):
    text = writes(office, alert, "1 30小时后到")
    reply = Reply.objects.get()
    alert.refresh_from_db()
    assert (text.handled, reply.answer, reply.eta_minutes, alert.state) == ("reply", "accept", None, "accepted")


def test_who_perhaps_got_the_alert_is_told_when_he_is_released(office, settings):
    settings.MUSTER_EXERCISE_SMS_URL = "http://exercise.test"
    callout = office.opens()
    alerts = office.calls(callout)
    held = {message.ref for message in claim_batch(2)}
    run = office.solves(callout)
    run.releasable = [alert.pk for alert in alerts]
    run.save()
    assert actions.release(office.commander, callout, [alert.pk for alert in alerts]) == len(alerts)
    assert {message.ref for message in OutMessage.objects.filter(kind="release")} == held


def test_what_people_write_stands_nowhere_in_clear(office, alert):
    writes(office, alert, "2 妻子住院")
    entry = Entry.objects.get(action="alert.replied")
    assert "住院" not in str(entry.payload)
    assert sealing.unseal(alert.member.number, entry.sealed) == {"reason": "妻子住院"}
    with connection.cursor() as cursor:
        for query in ("SELECT * FROM incidents_alert", "SELECT * FROM incidents_reply"):
            cursor.execute(query)
            assert "住院" not in str(cursor.fetchall())
    reply = Reply.objects.get()
    assert (reply.reason, reply.text, reply.alert.reason) == ("妻子住院", "2 妻子住院", "妻子住院")


def sheet_goes_to(alert, at):
    OutMessage.objects.create(
        client_id=f"sheet{at:%H%M}", ref=f"sheet:{at:%Y-%m-%d}:{alert.member_id}", kind="sheet", member=alert.member,
        channel="sms", exercise=True, body="8月8日早报", state="sent", next_try_at=at, queued_at=at, sent_at=at,
    )  # fmt: skip


def test_an_answer_to_the_morning_sheet_is_no_answer_to_the_callout_before_it(office, alert):
    office.clock.forward(5)
    sheet_goes_to(alert, office.clock.at)
    text = writes(office, alert, "收到")
    alert.refresh_from_db()
    assert text.handled == "no_callout", "the desk reads it among the texts that belong nowhere"
    assert not Reply.objects.exists()
    assert alert.state not in {"accepted", "unclear"}


def test_after_a_callout_that_came_later_than_the_sheet_his_answer_counts(office, alert):
    office.clock.forward(-5)
    sheet_goes_to(alert, office.clock.at)
    office.clock.forward(10)
    assert writes(office, alert, "收到").handled == "reply"
    alert.refresh_from_db()
    assert alert.state == "accepted"
