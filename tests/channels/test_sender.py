"""The sender against a real gateway process: good, slow, down, lying, refusing, doubling."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings as live
from django.utils import timezone

from muster.apps.channels.actions import queue_messages, record_receipt
from muster.apps.channels.actions.outbox import Draft
from muster.apps.channels.actions.sending import MOST_TRIES
from muster.apps.channels.jobs import SEND_LANE
from muster.apps.channels.lines import http
from muster.apps.channels.models import OutMessage
from muster.apps.channels.reads import call_rows, gateway_trouble, outbox_waiting
from muster.apps.channels.sender import Sender
from muster.apps.channels.signing import check_signature
from muster.jobs.clock import now
from tests.channels.cast import member_of
from tests.channels.conftest import GatewayProcess

pytestmark = [pytest.mark.django_db, pytest.mark.processes]


@pytest.fixture(autouse=True)
def _gateways(settings: object, gateway: GatewayProcess) -> None:
    settings.MUSTER_SMS_URL, settings.MUSTER_EXERCISE_SMS_URL = gateway.url, ""


def queue(count: int, exercise: bool = False) -> list[OutMessage]:
    body = "【演练】集结" if exercise else "【办公室】集结"
    drafts = [Draft(f"alert:{n}", "alert", member_of(n), f"{body}{n}") for n in range(1, count + 1)]
    return queue_messages(drafts, exercise=exercise, at=now())


def states() -> set[str]:
    return set(OutMessage.objects.values_list("state", flat=True))


def all_due() -> None:
    OutMessage.objects.update(next_try_at=timezone.now())


def test_messages_are_handed_over_once_whole_and_signed(sender: Sender, gateway: GatewayProcess) -> None:
    queue(30)
    while sender.step():
        pass
    seen = gateway.seen()
    assert states() == {"sent"}
    assert sorted(m["to"] for m in seen) == [f"+86199{n:08d}" for n in range(1, 31)]
    assert all(m["exercise"] is False and m["path"] == "/messages" for m in seen)
    assert {m["text"] for m in seen} == {f"【办公室】集结{n}" for n in range(1, 31)}
    for m in seen:
        raw = str(m["raw"]).encode()
        check_signature(live.SECRETS.gateway_key, "actual", m["time"], m["signature"], raw, int(time.time()))


def test_exercise_and_actual_go_to_their_own_gateways(
    sender: Sender, gateway: GatewayProcess, start_gateway: Callable[[str], GatewayProcess], settings: object
) -> None:
    other = start_gateway("exercise")
    settings.MUSTER_EXERCISE_SMS_URL = other.url
    queue_messages([Draft("a:1", "alert", member_of(101), "【演练】集结")], exercise=True, at=now())
    queue_messages([Draft("a:2", "alert", member_of(102), "集结")], exercise=False, at=now())
    while sender.step():
        pass
    assert [(m["text"], m["exercise"]) for m in gateway.seen()] == [("集结", False)]
    assert [(m["text"], m["exercise"]) for m in other.seen()] == [("【演练】集结", True)]


def test_a_gateway_that_is_down_is_tried_again_when_it_is_back(
    sender: Sender, gateway: GatewayProcess, settings: object
) -> None:
    settings.MUSTER_SMS_URL = "http://127.0.0.1:9"
    queue(3)
    assert sender.step()
    assert states() == {"queued"}
    assert set(OutMessage.objects.values_list("error", flat=True)) == {"gateway.ConnectError"}
    assert outbox_waiting() == 0
    settings.MUSTER_SMS_URL = gateway.url
    all_due()
    assert outbox_waiting() == 3
    assert sender.step()
    assert states() == {"sent"}
    assert len(gateway.seen()) == 3


def test_a_gateway_that_stays_down_sends_everybody_to_the_call_list(sender: Sender, settings: object) -> None:
    settings.MUSTER_SMS_URL = "http://127.0.0.1:9"
    messages = queue(2)
    for tries in range(MOST_TRIES):
        assert (gateway_trouble(False, now()) == "not_answering") is (tries >= 2)
        assert sender.step()
        all_due()
    assert not sender.step()
    rows = call_rows([m.ref for m in messages], now())
    assert [(row.why, row.phones) for row in rows] == [("failed", ("19900000001",)), ("failed", ("19900000002",))]


def test_a_slow_gateway_may_have_taken_it_so_it_is_perhaps_sent(
    sender: Sender, gateway: GatewayProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 0.2)
    gateway.behave(delay_seconds=1.0)
    (message,) = queue(1)
    sender.step()
    assert states() == {"perhaps_sent"}
    gateway.behave(delay_seconds=0.0)
    all_due()
    sender.step()
    assert states() == {"perhaps_sent"}
    assert [m["id"] for m in gateway.seen()] == [message.client_id] * 2
    record_receipt(message.client_id, "delivered", "", now())
    assert states() == {"delivered"}
    assert not sender.step()


def test_a_gateway_whose_answer_trickles_holds_nobody_up(
    sender: Sender, gateway: GatewayProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "DEADLINE_SECONDS", 0.5)
    gateway.behave(trickle_seconds=0.1, body={"accepted": True, "more": "x" * 100})
    queue(1)
    started = time.monotonic()
    sender.step()
    row = OutMessage.objects.get()
    assert (row.state, row.error) == ("perhaps_sent", "gateway.endless")
    assert time.monotonic() - started < 3


def test_a_gateway_whose_head_trickles_holds_nobody_up(
    sender: Sender, gateway: GatewayProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "DEADLINE_SECONDS", 0.2)
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 0.3)
    gateway.behave(head_drops=40)
    queue(10)
    started = time.monotonic()
    sender.step()
    assert time.monotonic() - started < 3
    assert sorted(OutMessage.objects.values_list("state", "error")) == [
        *[("perhaps_sent", "gateway.endless")] * 8,
        *[("queued", "gateway.endless")] * 2,
    ]
    gateway.behave(head_drops=0)
    all_due()
    while sender.step():
        pass
    assert set(OutMessage.objects.values_list("claim", flat=True)) == {""}


def test_a_gateway_that_answers_without_end_is_not_read_to_the_end(sender: Sender, gateway: GatewayProcess) -> None:
    gateway.behave(body={"accepted": True, "more": "x" * (http.MOST_ANSWER_BYTES + 1)})
    queue(1)
    sender.step()
    assert OutMessage.objects.get().error == "gateway.endless"


@pytest.mark.parametrize(
    ("how", "state", "error"),
    [
        ({"status": 503, "body": {}}, "queued", "gateway.503"),
        ({"status": 429, "body": {}}, "queued", "gateway.429"),
        ({"status": 403, "body": {}}, "queued", "gateway.403"),
        ({"status": 302, "body": {}}, "queued", "gateway.302"),
        ({"status": 500, "body": {}}, "perhaps_sent", "gateway.500"),
        ({"status": 202, "body": "<html>"}, "perhaps_sent", "gateway.unreadable"),
        ({"status": 202, "body": []}, "perhaps_sent", "gateway.unreadable"),
        ({"status": 202, "body": {"ok": 1}}, "perhaps_sent", "gateway.unreadable"),
        ({"hang_up": True}, "perhaps_sent", "gateway.RemoteProtocolError"),
        ({"status": 422, "body": {}}, "failed", "gateway.422"),
        ({"status": 202, "body": {"accepted": False}}, "failed", "gateway.not_accepted"),
    ],
)
def test_each_answer_of_a_gateway_is_read_for_what_it_means(
    sender: Sender, gateway: GatewayProcess, how: dict[str, object], state: str, error: str
) -> None:
    gateway.behave(**how)
    queue(1)
    sender.step()
    row = OutMessage.objects.get()
    assert (row.state, row.error) == (state, error)


def test_a_lying_gateway_that_takes_and_never_delivers_is_named(sender: Sender) -> None:
    messages = queue(12)
    sender.step()
    assert gateway_trouble(False, now()) == ""
    later = now() + timedelta(minutes=6)
    assert gateway_trouble(False, later) == "no_reports"
    assert {row.why for row in call_rows([m.ref for m in messages], later)} == {"no_report"}
    assert call_rows([m.ref for m in messages], now()) == []
    for message in messages[:8]:
        record_receipt(message.client_id, "delivered", "", now())
    assert gateway_trouble(False, later) == ""
    assert len(call_rows([m.ref for m in messages], later)) == 4


def test_a_gateway_taken_away_after_queueing_sends_to_the_call_list(sender: Sender, settings: object) -> None:
    messages = queue(1)
    settings.MUSTER_SMS_URL = ""
    sender.step()
    assert [row.why for row in call_rows([m.ref for m in messages], now())] == ["failed"]
    assert gateway_trouble(False, now()) == "not_set_up"


def test_an_address_that_is_none_is_an_error_of_the_try_and_not_of_the_lane(sender: Sender, settings: object) -> None:
    settings.MUSTER_SMS_URL = "gateway.office"
    queue(1)
    sender.step()
    assert OutMessage.objects.get().error == "gateway.UnsupportedProtocol"


def test_360_messages_are_handed_over_within_20_seconds_and_the_first_within_2(
    sender: Sender, gateway: GatewayProcess
) -> None:
    gateway.behave(delay_seconds=0.02)
    queue(360)
    started = time.monotonic()
    sender.step()
    first = time.monotonic() - started
    while sender.step():
        pass
    whole = time.monotonic() - started
    assert (states(), len(gateway.seen())) == ({"sent"}, 360)
    assert (first < 2, whole < 20) == (True, True), (first, whole)


def test_the_lane_is_the_sender() -> None:
    assert (SEND_LANE.name, SEND_LANE.step()) == ("send", False)


def test_a_sender_can_be_closed_and_used_again(sender: Sender, gateway: GatewayProcess) -> None:
    queue(1)
    sender.step()
    sender.close()
    sender.close()
    queue_messages([Draft("b:1", "alert", member_of(77), "集结")], exercise=False, at=now())
    sender.step()
    assert len(gateway.seen()) == 2


def test_no_proxy_of_the_environment_sees_who_is_called(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    queue(1)
    sender.step()
    assert states() == {"sent"}
    assert sender._pools["sms"]._client.trust_env is False
