"""Delivery reports, as gateways really send them: early, late, doubled, contradicting each other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from muster.apps.channels.actions import (
    cancel_waiting,
    claim_batch,
    mark_failed,
    mark_sent,
    queue_message,
    record_receipt,
    recover_claims,
)
from muster.apps.channels.models import MessageState, OutMessage, Receipt
from muster.apps.channels.signals import message_changed
from tests.channels.cast import member_of

AT = datetime(2026, 11, 2, 6, 20, tzinfo=UTC)


def sent_message(number: int = 1) -> OutMessage:
    message = queue_message(
        ref=f"alert:{number}", kind="alert", member=member_of(number), body="集结", exercise=False, at=AT
    )
    (claimed,) = claim_batch(1)
    mark_sent(claimed, at=AT)
    return message


def state_of(message: OutMessage) -> str:
    return OutMessage.objects.get(pk=message.pk).state


@pytest.fixture(autouse=True)
def _gateways(settings: object) -> None:
    settings.MUSTER_SMS_URL = "http://actual.test"


@pytest.mark.django_db
class TestReceipts:
    def test_delivered_is_noted_with_its_time(self) -> None:
        message = sent_message()
        row = record_receipt(message.client_id, "delivered", "", AT + timedelta(minutes=1))
        assert row is not None
        assert (row.state, row.delivered_at) == ("delivered", AT + timedelta(minutes=1))

    def test_failed_is_noted_with_its_reason(self) -> None:
        message = sent_message()
        row = record_receipt(message.client_id, "failed", "absent subscriber", AT)
        assert row is not None
        assert (row.state, row.error) == ("failed", "report.absent subscriber")
        assert record_receipt(sent_message(2).client_id, "failed", "", AT).error == "report.failed"

    def test_a_report_told_twice_is_kept_twice_and_changes_the_message_once(self) -> None:
        message = sent_message()
        heard: list[str] = []

        def hear(message: OutMessage, **_: object) -> None:
            heard.append(message.state)

        message_changed.connect(hear)
        for _ in range(2):
            record_receipt(message.client_id, "delivered", "", AT)
        message_changed.disconnect(hear)
        assert heard == ["delivered"]
        assert Receipt.objects.filter(message=message).count() == 2

    def test_delivered_is_believed_over_failed_in_any_order(self) -> None:
        for number, order in enumerate((["failed", "delivered"], ["delivered", "failed"]), start=1):
            message = sent_message(number)
            for status in order:
                record_receipt(message.client_id, status, "", AT)
            assert state_of(message) == "delivered"

    def test_a_report_that_overtakes_the_answer_of_the_gateway_counts(self) -> None:
        message = queue_message(ref="alert:1", kind="alert", member=member_of(1), body="集结", exercise=False, at=AT)
        (claimed,) = claim_batch(1)
        record_receipt(message.client_id, "delivered", "", AT)
        kept = mark_sent(claimed, at=AT + timedelta(seconds=1))
        assert kept is not None
        assert (kept.state, kept.sent_at) == ("delivered", AT)

    def test_a_failure_of_an_earlier_try_does_not_stop_the_next_one(self) -> None:
        message = queue_message(ref="alert:1", kind="alert", member=member_of(1), body="集结", exercise=False, at=AT)
        (claimed,) = claim_batch(1)
        mark_failed(claimed, error="gateway.ReadTimeout", perhaps=True)
        record_receipt(message.client_id, "failed", "", AT)
        assert state_of(message) == "perhaps_sent"

    def test_a_report_on_a_message_that_never_left_changes_nothing(self) -> None:
        message = queue_message(ref="alert:1", kind="alert", member=member_of(1), body="集结", exercise=False, at=AT)
        cancel_waiting([message.ref])
        record_receipt(message.client_id, "delivered", "", AT)
        assert state_of(message) == "cancelled"

    def test_an_unknown_id_and_the_other_mode_are_not_ours(self) -> None:
        message = sent_message()
        assert record_receipt("01UNKNOWN", "delivered", "", AT) is None
        assert record_receipt(message.client_id, "delivered", "", AT, exercise=True) is None
        assert state_of(message) == "sent"


EVENTS = ["claim", "sent", "clean", "perhaps", "refused", "delivered", "failed", "lost", "due", "cancel"]


class TestAnyOrder(TestCase):
    """Whatever happens in whatever order, these hold."""

    @given(st.lists(st.sampled_from(EVENTS), max_size=25))
    @hypothesis_settings(max_examples=60, deadline=None)
    def test_delivered_stays_delivered_and_a_message_is_never_lost(self, events: list[str]) -> None:
        with self.settings(MUSTER_SMS_URL="http://actual.test"):
            message = queue_message(ref="a:1", kind="alert", member=member_of(1), body="集结", exercise=False, at=AT)
            held: list[OutMessage] = []
            before = message.state
            for event in events:
                _happen(event, message, held)
                row = OutMessage.objects.get(pk=message.pk)
                assert not (before == "delivered" and row.state != "delivered")
                assert row.tries <= 8
                assert (row.state == MessageState.CLAIMED) <= bool(row.claim)
                assert (row.state in ("sent", "delivered")) <= (row.sent_at is not None)
                assert (row.state == "delivered") == (row.delivered_at is not None)
                before = row.state
            assert self.ends_well(message)

    def ends_well(self, message: OutMessage) -> bool:
        """With a gateway that takes everything, whatever is still open is handed over."""
        for _ in range(9):
            _happen("lost", message, [])
            _happen("due", message, [])
            for claimed in claim_batch(5):
                mark_sent(claimed, at=AT)
        return state_of(message) in {"sent", "perhaps_sent", "delivered", "failed", "cancelled"}


def _happen(event: str, message: OutMessage, held: list[OutMessage]) -> None:
    failures: dict[str, dict[str, bool]] = {"clean": {}, "perhaps": {"perhaps": True}, "refused": {"final": True}}
    if event == "claim":
        held.extend(claim_batch(5))
    elif event == "sent" and held:
        mark_sent(held[-1], at=AT)
    elif event in failures and held:
        mark_failed(held[-1], error=event, **failures[event])
    elif event in ("delivered", "failed"):
        record_receipt(message.client_id, event, "", AT)
    elif event == "lost":
        OutMessage.objects.exclude(claim="").update(claimed_at=timezone.now() - timedelta(minutes=1))
        recover_claims()
    elif event == "due":
        OutMessage.objects.update(next_try_at=timezone.now())
    elif event == "cancel":
        cancel_waiting([message.ref])
