"""The outbox: who gets an SMS and who a call, one message per kind, claims that two senders never share."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from muster.apps.channels.actions import (
    cancel_waiting,
    claim_batch,
    mark_failed,
    mark_sent,
    queue_message,
    queue_messages,
    record_receipt,
    recover_claims,
    sending,
)
from muster.apps.channels.actions.outbox import Draft
from muster.apps.channels.models import MessageState, OutMessage
from muster.core.errors import Conflict, NotAllowed
from tests.channels.cast import member_of

AT = datetime(2026, 11, 2, 6, 20, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _gateways(settings: object) -> None:
    settings.MUSTER_SMS_URL, settings.MUSTER_EXERCISE_SMS_URL = "http://actual.test", "http://exercise.test"


def queue(number: int, *, exercise: bool = False, ref: str = "", **more: object) -> OutMessage:
    body = "【演练】集结" if exercise else "【办公室】集结"
    return queue_message(
        ref=ref or f"alert:{number}",
        kind="alert",
        member=member_of(number, **more),
        body=body,
        exercise=exercise,
        at=AT,
    )


def fresh(message: OutMessage) -> OutMessage:
    return OutMessage.objects.get(pk=message.pk)


def test_a_member_with_a_mobile_gets_a_text_message() -> None:
    message = queue(1)
    assert (message.channel, message.state, message.queued_at) == ("sms", "queued", AT)


@pytest.mark.parametrize("more", [{"mobile": None}, {"mobile": "0731-28812345"}, {"prefers": "call_list"}])
def test_who_can_not_be_reached_by_text_goes_onto_the_call_list(more: dict[str, object]) -> None:
    message = queue(1, **more)
    assert (message.channel, message.state) == ("call_list", "call_list")


def test_a_number_that_no_rule_knows_goes_onto_the_call_list() -> None:
    member = member_of(1)
    member.phone = "+8612"
    message = queue_message(ref="alert:1", kind="alert", member=member, body="集结", exercise=False, at=AT)
    assert message.channel == "call_list"


def test_without_a_gateway_for_the_mode_everybody_goes_onto_the_call_list(settings: object) -> None:
    settings.MUSTER_EXERCISE_SMS_URL = ""
    assert (queue(1, exercise=True).channel, queue(2).channel) == ("call_list", "sms")


def test_a_repeat_with_the_same_words_is_harmless() -> None:
    member = member_of(1)
    drafts = [Draft("alert:1", "alert", member, "集结"), Draft("alert:1", "alert", member, "集结")]
    first, second = queue_messages(drafts, exercise=False, at=AT)
    again = queue_message(ref="alert:1", kind="alert", member=member, body="集结", exercise=False, at=AT)
    assert {first.client_id, second.client_id, again.client_id} == {first.client_id}
    assert OutMessage.objects.count() == 1


def test_nobody_gets_two_different_alerts_of_one_callout() -> None:
    message = queue(1)
    with pytest.raises(Conflict, match=r"channels\.different_message"):
        queue_message(ref="alert:1", kind="alert", member=message.member, body="另一个", exercise=False, at=AT)


def test_the_same_alert_can_not_change_its_mode() -> None:
    message = queue(1, exercise=True)
    with pytest.raises(NotAllowed, match=r"channels\.mark_mismatch"):
        queue_message(ref="alert:1", kind="alert", member=message.member, body=message.body, exercise=False, at=AT)


@pytest.mark.parametrize(("exercise", "body"), [(True, "集结"), (False, "【演练】集结"), (False, "[EXERCISE] x")])
def test_a_text_that_does_not_say_what_it_is_is_never_queued(exercise: bool, body: str) -> None:
    with pytest.raises(NotAllowed, match=r"channels\.mark_mismatch"):
        queue_message(ref="alert:1", kind="alert", member=member_of(1), body=body, exercise=exercise, at=AT)
    assert not OutMessage.objects.exists()


def test_an_exercise_home_refuses_actual_messages(settings: object, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    (tmp_path / "exercise.home").touch()
    with pytest.raises(NotAllowed, match=r"channels\.actual_in_exercise_home"):
        queue(1)
    assert queue(2, exercise=True).state == "queued"


def test_a_message_is_claimed_once() -> None:
    messages = [queue(n) for n in range(1, 6)]
    first, second = claim_batch(3), claim_batch(3)
    assert [m.pk for m in first + second] == [m.pk for m in messages]
    assert claim_batch(3) == []
    assert {m.state for m in first} == {"claimed"}
    assert {m.tries for m in first} == {1}


def test_a_claim_made_between_look_and_update_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    message = queue(1)
    other: list[OutMessage] = []
    plain = sending.lane_name

    def slow_name() -> str:
        if not other:
            monkeypatch.setattr(sending, "lane_name", plain)
            other.extend(claim_batch(5))
        return plain()

    monkeypatch.setattr(sending, "lane_name", slow_name)
    assert claim_batch(5) == []
    assert [m.pk for m in other] == [message.pk]


def test_actual_messages_go_before_exercise_and_never_in_one_batch() -> None:
    exercise = [queue(n, exercise=True) for n in range(1, 4)]
    actual = queue(9)
    assert [m.pk for m in claim_batch(10)] == [actual.pk]
    assert [m.pk for m in claim_batch(10)] == [m.pk for m in exercise]


def test_exercise_batches_are_small() -> None:
    for n in range(1, 21):
        queue(n, exercise=True)
    assert len(claim_batch(40)) == sending.EXERCISE_BATCH


def test_first_tries_go_before_repeats() -> None:
    old = queue(1)
    OutMessage.objects.filter(pk=old.pk).update(tries=2)
    new = queue(2)
    assert [m.pk for m in claim_batch(1)] == [new.pk]


def test_handed_over_is_sent() -> None:
    queue(1)
    (claimed,) = claim_batch(1)
    kept = mark_sent(claimed, at=AT + timedelta(seconds=9))
    assert kept is not None
    assert (kept.state, kept.sent_at, kept.claim) == ("sent", AT + timedelta(seconds=9), "")


def test_a_lost_claim_changes_nothing() -> None:
    queue(1)
    (claimed,) = claim_batch(1)
    OutMessage.objects.update(claim="somebody else")
    assert mark_sent(claimed, at=AT) is None
    assert mark_failed(claimed, error="x") is None
    assert fresh(claimed).state == "claimed"


def test_a_failed_try_waits_and_returns() -> None:
    queue(1)
    (claimed,) = claim_batch(1)
    kept = mark_failed(claimed, error="gateway.503")
    assert kept is not None
    assert (kept.state, kept.error) == ("queued", "gateway.503")
    assert timezone.now() < kept.next_try_at < timezone.now() + timedelta(seconds=3)
    assert claim_batch(1) == []
    OutMessage.objects.update(next_try_at=timezone.now())
    assert claim_batch(1)[0].tries == 2


def test_pauses_double_up_to_a_minute_and_are_the_same_for_the_same_try() -> None:
    pauses = [sending.pause_seconds("01J", tries) for tries in range(1, 9)]
    assert pauses == [sending.pause_seconds("01J", tries) for tries in range(1, 9)]
    assert all(0.5 * min(60, 2**n) <= pause <= min(60, 2**n) for n, pause in enumerate(pauses, start=1))
    assert len({sending.pause_seconds(f"id{n}", 3) for n in range(50)}) > 45


def test_after_eight_tries_it_is_failed_and_on_the_call_list() -> None:
    message = queue(1)
    for _ in range(sending.MOST_TRIES):
        OutMessage.objects.update(next_try_at=timezone.now())
        (claimed,) = claim_batch(1)
        mark_failed(claimed, error="gateway.ConnectError")
    assert fresh(message).state == "failed"
    OutMessage.objects.update(next_try_at=timezone.now())
    assert claim_batch(1) == []


def test_a_try_nobody_knows_the_end_of_is_perhaps_sent_until_a_receipt_tells() -> None:
    message = queue(1)
    (claimed,) = claim_batch(1)
    mark_failed(claimed, error="gateway.ReadTimeout", perhaps=True)
    assert fresh(message).state == "perhaps_sent"
    OutMessage.objects.update(next_try_at=timezone.now())
    (again,) = claim_batch(1)
    assert (again.client_id, again.state) == (message.client_id, "perhaps_sent")
    assert claim_batch(1) == []
    mark_sent(again, at=AT)
    assert fresh(message).state == "perhaps_sent"
    assert claim_batch(1) == []
    record_receipt(message.client_id, "delivered", "", AT)
    assert fresh(message).state == "delivered"


def test_a_clean_failure_does_not_undo_perhaps() -> None:
    message = queue(1)
    mark_failed(claim_batch(1)[0], error="gateway.ReadTimeout", perhaps=True)
    OutMessage.objects.update(next_try_at=timezone.now())
    mark_failed(claim_batch(1)[0], error="gateway.ConnectError")
    assert fresh(message).state == "perhaps_sent"


def test_a_claim_of_a_dead_process_is_freed_at_the_start_of_a_lane() -> None:
    message = queue(1)
    (claimed,) = claim_batch(1)
    host, _pid, _nonce, _number = claimed.claim.split(".")
    OutMessage.objects.update(claim=f"{host}.{2**22 + 5}.abcdef.0")  # above the highest process id of Linux
    assert recover_claims() == 0
    assert recover_claims(at_start=True) == 1
    assert (fresh(message).state, fresh(message).claim) == ("perhaps_sent", "")
    assert [m.client_id for m in claim_batch(1)] == [message.client_id]


def test_a_process_that_got_the_same_number_again_frees_the_claims_of_the_dead_one() -> None:
    queue(1)
    (claimed,) = claim_batch(1)
    assert recover_claims(at_start=True) == 0
    host, pid, _nonce, number = claimed.claim.split(".")
    OutMessage.objects.update(claim=f"{host}.{pid}.000000.{number}")
    assert recover_claims(at_start=True) == 1


def test_claims_of_living_processes_and_of_other_hosts_wait_for_their_lease() -> None:
    message = queue(1)
    (claimed,) = claim_batch(1)
    host = claimed.claim.split(".")[0]
    for claim in (f"{host}.1.abcdef.0", "ffffff.999999.abcdef.0"):
        OutMessage.objects.update(claim=claim)
        assert recover_claims(at_start=True) == 0
    OutMessage.objects.update(claimed_at=timezone.now() - timedelta(seconds=sending.LEASE_SECONDS + 1))
    assert recover_claims() == 1
    assert fresh(message).state == "perhaps_sent"


def test_a_message_that_kills_its_sender_is_given_up_in_the_end() -> None:
    message = queue(1)
    for _ in range(sending.MOST_TRIES):
        assert len(claim_batch(1)) == 1
        OutMessage.objects.update(claimed_at=timezone.now() - timedelta(minutes=1))
        recover_claims()
    assert fresh(message).state == "failed"
    assert claim_batch(1) == []


def test_what_has_not_left_can_be_taken_back_and_nothing_else() -> None:
    claimed, waiting, by_hand = queue(1), queue(2), queue(3, mobile=None)
    claim_batch(1)
    cancelled = cancel_waiting([claimed.ref, waiting.ref, by_hand.ref])
    assert {m.pk for m in cancelled} == {waiting.pk, by_hand.pk}
    assert [fresh(m).state for m in (claimed, waiting, by_hand)] == ["perhaps_sent", "cancelled", "cancelled"]
    assert claim_batch(5) == []


@pytest.mark.parametrize("tried_before", [False, True])
def test_what_a_sender_holds_is_not_sent_again_after_it_was_taken_back(tried_before: bool) -> None:
    message = queue(1)
    if tried_before:
        mark_failed(claim_batch(1)[0], error="gateway.ReadTimeout", perhaps=True)
        OutMessage.objects.update(next_try_at=timezone.now())
    (held,) = claim_batch(1)
    assert cancel_waiting([message.ref]) == []
    assert mark_failed(held, error="gateway.ConnectError") is None
    OutMessage.objects.update(next_try_at=timezone.now(), claimed_at=timezone.now() - timedelta(minutes=5))
    assert recover_claims(at_start=True) == 0
    assert claim_batch(5) == []
    assert (fresh(message).state, fresh(message).sent_at is None) == ("perhaps_sent", False)


def test_every_state_of_the_model_is_reached_by_these_rules() -> None:
    assert set(MessageState.values) == {
        "queued", "claimed", "sent", "perhaps_sent", "delivered", "failed", "call_list", "cancelled",
    }  # fmt: skip


def test_what_perhaps_left_is_not_sent_again_after_it_was_taken_back() -> None:
    message = queue(1)
    mark_failed(claim_batch(1)[0], error="gateway.ReadTimeout", perhaps=True)
    OutMessage.objects.update(next_try_at=timezone.now())
    assert cancel_waiting([message.ref]) == []
    assert claim_batch(1) == []
    record_receipt(message.client_id, "delivered", "", AT)
    assert fresh(message).state == "delivered"


@pytest.mark.django_db(transaction=True)
def test_senders_working_at_the_same_time_never_share_a_message() -> None:
    drafts = [Draft(f"alert:{n}", "alert", member_of(n), "集结") for n in range(1, 121)]
    queue_messages(drafts, exercise=False, at=AT)
    start = threading.Barrier(3)

    def claim_all() -> list[int]:
        start.wait()
        mine: list[int] = []
        while batch := claim_batch(7):
            mine += [message.pk for message in batch]
        connection.close()
        return mine

    with ThreadPoolExecutor(3) as pool:
        shares = [future.result() for future in [pool.submit(claim_all) for _ in range(3)]]
    claimed = [pk for share in shares for pk in share]
    assert len(claimed) == len(set(claimed))
    # A sender that lost every row of one batch stops looking; what it left is still queued for the others.
    left = OutMessage.objects.filter(state="queued").count()
    assert len(claimed) + left == 120
