"""Texts that come in are stored before they are understood, told once, and never lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DataError
from django.dispatch import receiver

from muster.apps.channels import sender as sender_module
from muster.apps.channels.actions import announce_left_over, queue_message, record_inbound
from muster.apps.channels.models import InMessage
from muster.apps.channels.reads import strange_texts
from muster.apps.channels.signals import text_received
from muster.core.errors import Conflict
from tests.channels.cast import member_of

AT = datetime(2026, 11, 2, 6, 20, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_else_listens(monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    settings.MUSTER_SMS_URL, settings.MUSTER_EXERCISE_SMS_URL = "http://actual.test", "http://exercise.test"
    monkeypatch.setattr(text_received, "receivers", [])
    text_received.sender_receivers_cache.clear()


@pytest.fixture
def heard() -> Iterator[list[str]]:
    bodies: list[str] = []

    @receiver(text_received)
    def hear(in_message: InMessage, **_: object) -> str:
        bodies.append(in_message.body)
        return "reply"

    yield bodies
    text_received.disconnect(hear)


def broken(error: Exception) -> Callable[..., str]:
    def hear(in_message: InMessage, **_: object) -> str:
        in_message.member.remark = "half done"
        in_message.member.save()
        raise error

    return hear


def test_a_text_of_a_member_is_stored_and_told(heard: list[str]) -> None:
    member = member_of(1)
    text = record_inbound("g1", "+86 199-0000 0001", "1", False, AT)
    assert (text.member, text.body, text.handled, text.at) == (member, "1", "reply", AT)
    assert heard == ["1"]


def test_a_doubled_text_is_told_once(heard: list[str]) -> None:
    member_of(1)
    first, second = (record_inbound("g1", "19900000001", "1", False, AT) for _ in range(2))
    assert first.pk == second.pk
    assert heard == ["1"]


def test_a_stranger_is_kept_with_his_number_and_shown(heard: list[str]) -> None:
    text = record_inbound("g1", "19911112222", "你们是谁", True, AT)
    assert (text.handled, text.sender, text.sender_masked) == ("unknown_sender", "+8619911112222", "199****2222")
    assert heard == []
    assert [t.pk for t in strange_texts(True, AT - timedelta(hours=1))] == [text.pk]
    assert strange_texts(False, AT - timedelta(hours=1)) == []


def test_a_sender_that_is_no_phone_number_is_kept_as_it_came() -> None:
    text = record_inbound("g1", "10690-SERVICE", "退订", False, AT)
    assert (text.member, text.sender) == (None, "10690-SERVICE")
    assert record_inbound("g2", "", "1", False, AT).handled == "unknown_sender"


def test_a_text_that_concerns_nothing_says_so() -> None:
    member_of(1)
    assert record_inbound("g1", "19900000001", "1", False, AT).handled == "no_callout"


def test_a_refusal_leaves_the_text_and_undoes_the_rest() -> None:
    member = member_of(1)
    hear = broken(Conflict("incidents.callout_over"))
    text_received.connect(hear)
    text = record_inbound("g1", "19900000001", "1", False, AT)
    member.refresh_from_db()
    assert (text.handled, member.remark) == ("refused", "")


def test_a_crash_in_between_loses_nothing(heard: list[str]) -> None:
    member_of(1)
    hear = broken(RuntimeError("power cut"))
    text_received.connect(hear)
    with pytest.raises(RuntimeError):
        record_inbound("g1", "19900000001", "1", False, AT)
    text_received.disconnect(hear)
    heard.clear()
    assert InMessage.objects.get().handled == ""
    assert announce_left_over() == 1
    assert (heard, InMessage.objects.get().handled) == (["1"], "reply")
    assert announce_left_over() == 0


def test_of_several_who_share_a_phone_the_one_written_to_last_is_meant(heard: list[str]) -> None:
    father, son = (member_of(n, mobile="19900000001") for n in (1, 2))
    assert record_inbound("g0", "19900000001", "1", False, AT).member == father
    queue_message(ref="alert:1", kind="alert", member=son, body="集结", exercise=False, at=AT)
    queue_message(ref="alert:2", kind="alert", member=father, body="【演练】集结", exercise=True, at=AT)
    assert record_inbound("g1", "19900000001", "1", False, AT).member == son
    assert record_inbound("g2", "19900000001", "1", True, AT).member == father


def test_a_very_long_text_is_cut(heard: list[str]) -> None:
    member_of(1)
    assert len(record_inbound("g1", "19900000001", "好" * 9000, False, AT).body) == 2000


def test_a_text_nobody_can_deal_with_is_put_aside_and_the_next_is_told(heard: list[str]) -> None:
    for n in (1, 2):
        InMessage.objects.create(gateway_id=f"g{n}", at=AT, member=member_of(n), sender="", body=f"{n}", exercise=False)

    def hear(in_message: InMessage, **_: object) -> str:
        if in_message.body == "1":
            raise DataError("A string literal cannot contain NUL (0x00) characters.")
        return ""

    text_received.connect(hear)
    assert announce_left_over() == 2
    text_received.disconnect(hear)
    assert list(InMessage.objects.order_by("pk").values_list("handled", flat=True)) == ["refused", "reply"]
    assert announce_left_over() == 0
    assert "2" in heard


def test_alerts_leave_before_old_texts_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(sender_module, "due_channels", lambda: ["sms"])
    monkeypatch.setattr(sender_module, "claim_batch", lambda _most, _channel: order.append("alerts") or [])
    monkeypatch.setattr(sender_module, "announce_left_over", lambda: order.append("texts"))
    sender_module.Sender().step()
    assert order == ["alerts", "texts"]
