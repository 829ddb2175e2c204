"""An alert that nobody acknowledges goes out on the next channel: the same words, one answer, one account."""

from __future__ import annotations

import json
import time
from decimal import Decimal

import pytest
from django.conf import settings as live
from django.db.models import Count
from django.http import HttpResponse
from django.test import Client

from muster.access.rights import Actor
from muster.apps.channels import actions as channels
from muster.apps.channels.models import ContactFinding, InMessage, OutMessage
from muster.apps.channels.reads import call_rows, costs_of
from muster.apps.channels.sender import Sender
from muster.apps.channels.signing import sign
from muster.apps.incidents import actions
from muster.apps.incidents.models import Alert, Reply
from muster.core.errors import Conflict, InvalidInput, NotAllowed
from tests.channels.conftest import GatewayProcess, gateway, sender, start_gateway
from tests.incidents.conftest import Office

__all__ = ["gateway", "sender", "start_gateway"]
pytestmark = pytest.mark.processes


@pytest.fixture
def alerts(office: Office, gateway: GatewayProcess, settings: object) -> list[Alert]:
    """S1 called by text, then by voice, then on the call list; both gateways are one real process each of its own path."""
    settings.MUSTER_EXERCISE_SMS_URL, settings.MUSTER_EXERCISE_VOICE_URL = gateway.url, f"{gateway.url}/voice"
    settings.MUSTER_CHANNELS, settings.MUSTER_PRICES = "sms:4,voice:3,call_list", "sms=0.05,voice=0.12"
    return office.calls(office.opens())


def send_all(sender: Sender) -> None:
    while sender.step():
        pass


def messages(alert: Alert) -> list[tuple[str, str]]:
    rows = OutMessage.objects.filter(ref=alert.ref, kind="alert").order_by("step")
    return [(row.channel, row.state) for row in rows]


def follows(office: Office, minutes: float) -> int:
    office.clock.forward(minutes)
    return channels.move_on(office.clock.at)


def tell(alert: Alert, event: str, state: str, key: str = "", mode: str = "exercise") -> HttpResponse:
    call = OutMessage.objects.get(ref=alert.ref, channel="voice")
    body = json.dumps([{"id": call.client_id, "event": event, "state": state, "key": key}]).encode()
    stamp = int(time.time())
    headers = {"X-Muster-Time": str(stamp), "X-Muster-Signature": sign(live.SECRETS.gateway_key, mode, stamp, body)}
    address = f"/gateway/voice/{mode}/calls"
    return Client(enforce_csrf_checks=True).post(address, body, content_type="application/json", headers=headers)


def test_silence_goes_from_text_to_voice_to_the_call_list_with_the_same_words(
    office: Office, alerts: list[Alert], sender: Sender, gateway: GatewayProcess
) -> None:
    send_all(sender)
    assert follows(office, 3.9) == 0
    assert follows(office, 0.2) == len(alerts)
    assert follows(office, 0) == 0, "nobody is called twice on one channel"
    send_all(sender)
    assert messages(alerts[0]) == [("sms", "sent"), ("voice", "sent")]
    calls = [m for m in gateway.seen() if m["path"] == "/voice/calls"]
    texts = {m["to"]: m["text"] for m in gateway.seen() if m["path"] == "/messages"}
    assert {m["to"]: m["text"] for m in calls} == texts
    assert all(m["exercise"] is True and m["text"].startswith("【演练】") and m["keys"]["1"] == "accept" for m in calls)
    assert follows(office, 3.1) == len(alerts)
    assert messages(alerts[0])[-1] == ("call_list", "call_list")
    rows = call_rows([alert.ref for alert in alerts], office.clock.at)
    assert sorted(row.ref for row in rows) == sorted(alert.ref for alert in alerts), "everybody stands there once"
    assert {row.why for row in rows} == {"no_answer"}
    assert not OutMessage.objects.values("ref", "kind", "channel").annotate(n=Count("id")).filter(n__gt=1).exists()


def test_an_answer_stops_what_would_follow_and_takes_back_what_waits(
    office: Office, alerts: list[Alert], sender: Sender
) -> None:
    first, second, *_ = alerts
    send_all(sender)
    office.answers(first, "accept")
    follows(office, 5)
    assert messages(first) == [("sms", "sent")]
    assert messages(second) == [("sms", "sent"), ("voice", "queued")]
    office.answers(second, "decline")
    assert messages(second) == [("sms", "sent"), ("voice", "cancelled")]


def test_a_failed_text_does_not_wait_for_its_time(office: Office, alerts: list[Alert], sender: Sender) -> None:
    send_all(sender)
    sms = OutMessage.objects.get(ref=alerts[0].ref)
    channels.record_receipt(sms.client_id, "failed", "空号", office.clock.at)
    assert Alert.objects.get(pk=alerts[0].pk).state == "undelivered"
    assert follows(office, 0) == 1
    assert call_rows([alerts[0].ref], office.clock.at) == [], "he is being called: nobody need telephone yet"
    assert [(f.member_id, f.source) for f in ContactFinding.objects.all()] == [(alerts[0].member_id, "gateway")]
    send_all(sender)
    assert Alert.objects.get(pk=alerts[0].pk).state == "notified"


def test_a_call_that_fails_says_nothing_against_the_text_that_was_delivered(
    office: Office, alerts: list[Alert], sender: Sender
) -> None:
    send_all(sender)
    follows(office, 5)
    send_all(sender)
    assert tell(alerts[0], "e1", "busy").json() == {"taken": 1, "refused": []}
    assert messages(alerts[0]) == [("sms", "sent"), ("voice", "failed")]
    assert Alert.objects.get(pk=alerts[0].pk).state == "notified"


@pytest.mark.parametrize(("key", "state"), [("1", "accepted"), ("2", "declined")])
def test_a_key_is_an_answer_to_the_call_in_which_it_was_pressed(
    office: Office, alerts: list[Alert], sender: Sender, key: str, state: str
) -> None:
    send_all(sender)
    follows(office, 5)
    send_all(sender)
    later = office.opens(title="另一场火")  # newer, and he may be called there too: the key is not for it
    assert later.pk != alerts[0].callout_id
    for _ in range(3):  # a gateway that doubles
        assert tell(alerts[0], "e1", "key", key).status_code == 200
    reply = Reply.objects.get()
    assert (reply.alert_id, reply.channel, reply.counted) == (alerts[0].pk, "voice", True)
    assert Alert.objects.get(pk=alerts[0].pk).state == state
    assert follows(office, 10) == len(alerts) - 1
    assert messages(alerts[0]) == [("sms", "sent"), ("voice", "delivered")]


def test_nine_is_no_answer_but_a_wrong_number(office: Office, alerts: list[Alert], sender: Sender) -> None:
    send_all(sender)
    follows(office, 5)
    send_all(sender)
    tell(alerts[0], "e1", "key", "9")
    tell(alerts[0], "e2", "key", "9")
    assert not Reply.objects.exists()
    assert messages(alerts[0])[1] == ("voice", "failed")
    finding = ContactFinding.objects.get()
    assert (finding.source, finding.state) == ("voice", "raised")


def test_forged_stale_and_foreign_tellings_change_nothing(office: Office, alerts: list[Alert], sender: Sender) -> None:
    send_all(sender)
    follows(office, 5)
    send_all(sender)
    call = OutMessage.objects.get(ref=alerts[0].ref, channel="voice")
    body = json.dumps([{"id": call.client_id, "event": "e", "state": "key", "key": "1"}])
    for stamp, key in ((int(time.time()), "22" * 32), (int(time.time()) - 4000, live.SECRETS.gateway_key)):
        signature = sign(key, "exercise", stamp, body.encode())
        headers = {"X-Muster-Time": str(stamp), "X-Muster-Signature": signature}
        answer = Client().post("/gateway/voice/exercise/calls", body, content_type="application/json", headers=headers)
        assert answer.status_code == 403
    assert tell(alerts[0], "e", "key", "1", mode="actual").json()["refused"][0]["code"] == "gateway.unknown_message"
    for state, key in (("key", ""), ("busy", "1"), ("key", "3"), ("odd", "")):
        assert tell(alerts[0], "e", state, key).json()["refused"][0]["code"] == "gateway.item_form"
    assert not Reply.objects.exists()
    assert not InMessage.objects.exists()


def test_a_callout_that_has_ended_calls_nobody_further(office: Office, alerts: list[Alert], sender: Sender) -> None:
    send_all(sender)
    actions.stand_down(office.commander, alerts[0].callout)
    assert follows(office, 10) == 0


def test_what_it_cost_is_summed_by_channel(office: Office, alerts: list[Alert], sender: Sender) -> None:
    send_all(sender)
    follows(office, 5)
    send_all(sender)
    costs = {row.channel: row for row in costs_of([alert.ref for alert in alerts])}
    parts = sum(OutMessage.objects.filter(channel="sms").values_list("parts", flat=True))
    assert parts >= len(alerts)
    assert costs["sms"].cost == parts * Decimal("0.05")
    assert (costs["voice"].parts, costs["voice"].cost) == (len(alerts), len(alerts) * Decimal("0.12"))


def test_a_voice_gateway_that_hangs_holds_no_text_up(
    office: Office, alerts: list[Alert], sender: Sender, start_gateway: object, settings: object
) -> None:
    hung = start_gateway("hung")
    hung.behave(delay_seconds=6.0)
    settings.MUSTER_EXERCISE_VOICE_URL = hung.url
    send_all(sender)
    OutMessage.objects.filter(ref=alerts[0].ref).update(state="failed")
    follows(office, 0)
    OutMessage.objects.filter(ref=alerts[1].ref).update(state="queued", sent_at=None)
    began = time.monotonic()
    sender.step()
    assert time.monotonic() - began < 3
    assert messages(alerts[1]) == [("sms", "sent")]
    assert messages(alerts[0])[1] == ("voice", "claimed")


def test_a_wrong_number_is_settled_once_and_by_who_may(office: Office, alerts: list[Alert]) -> None:
    member = alerts[0].member
    inside = member.unit.path.startswith(office.town_officer.unit_path + "/")
    stranger = Actor(ref="account:9", name="外", role="town_officer", unit_path="O/T9")
    with pytest.raises(NotAllowed):
        channels.report_wrong_number(stranger, member)
    finding = channels.report_wrong_number(office.duty, member)
    assert channels.report_wrong_number(office.duty, member).pk == finding.pk
    if inside:
        assert channels.report_wrong_number(office.town_officer, member).pk == finding.pk
    with pytest.raises(InvalidInput, match=r"channels\.note_missing"):
        channels.dismiss_finding(office.duty, finding.pk, " ")
    with pytest.raises(NotAllowed):
        channels.correct_number(stranger, finding.pk, "19911112222")
    channels.correct_number(office.duty, finding.pk, "19911112222")
    member.refresh_from_db()
    assert member.phone == "+8619911112222"
    with pytest.raises(Conflict, match=r"channels\.finding_closed"):
        channels.dismiss_finding(office.duty, finding.pk, "对的")
