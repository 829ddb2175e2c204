"""What passes between core and relay: sealed, signed, counted."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.apps.incidents.own_page import DECLINE_REASONS
from muster.apps.incidents.own_page import ETA_MINUTES as PAGE_MINUTES
from muster.codecs import relay
from muster.core.errors import MusterError, NotAllowed, Unreadable
from tests.relay.cast import CORE, OTHER, PAGE, RELAY, TOKEN

AT = datetime(2026, 7, 14, 6, 20, tzinfo=UTC)
NONCE = b"n" * 12
ANSWER = relay.Answer(answer="accept", eta_minutes=30, at=AT)
ID = "ab" * 16


def sealed(token: str = TOKEN, answer: relay.Answer = ANSWER, answer_id: str = ID) -> relay.SealedAnswer:
    box = relay.seal_answer(token, answer, answer_id=answer_id, nonce=NONCE)
    return relay.SealedAnswer(seq=1, id=answer_id, page=hashlib.sha256(token.encode()).hexdigest(), box=box)


def code_of(call) -> str:
    with pytest.raises(MusterError) as caught:
        call()
    return caught.value.code


def test_a_page_comes_out_as_it_went_in() -> None:
    assert relay.open_page(TOKEN, relay.seal_page(TOKEN, PAGE, NONCE)) == PAGE


def test_a_sealed_page_tells_nothing_to_who_has_only_the_hash() -> None:
    box = relay.seal_page(TOKEN, PAGE, NONCE)
    hashed = hashlib.sha256(TOKEN.encode()).hexdigest()
    assert code_of(lambda: relay.open_page(hashed, box)) == "relay.box"
    assert PAGE.title.encode() not in box.encode()


def test_an_answer_comes_out_as_it_went_in() -> None:
    assert relay.open_answer(TOKEN, sealed()) == ANSWER


@pytest.mark.parametrize(
    "changed",
    [
        sealed(OTHER),  # made by somebody with another link
        sealed().model_copy(update={"id": "cd" * 16}),  # the same answer sent again as a new one
        sealed().model_copy(update={"box": sealed().box[:-8]}),
        sealed().model_copy(update={"box": "AAAA"}),
        sealed().model_copy(update={"box": "not base 64!"}),
        sealed().model_copy(update={"box": relay.seal_page(TOKEN, PAGE, NONCE)}),
    ],
)
def test_an_answer_that_its_member_did_not_make_is_refused(changed: relay.SealedAnswer) -> None:
    assert code_of(lambda: relay.open_answer(TOKEN, changed)) == "relay.box"


def test_a_box_with_the_right_key_and_the_wrong_thing_in_it_is_refused() -> None:
    push = relay.Push(turn=1, at=AT)
    box = relay._seal(relay.token_keys(TOKEN).answer, NONCE, push, f"answer {ID}")
    assert code_of(lambda: relay.open_answer(TOKEN, sealed().model_copy(update={"box": box}))) == "relay.box"


def test_a_message_of_the_other_side_is_read() -> None:
    push = relay.Push(turn=7, at=AT, epoch=ID, ack=3, pages=())
    assert relay.unpack("push", relay.pack("push", push, CORE), relay.public_key(CORE), relay.Push) == push


def test_the_signature_covers_every_byte_of_the_message() -> None:
    message = relay.pack("push", relay.Push(turn=7, at=AT), CORE)
    for place in range(len(message)):
        changed = message[:place] + bytes([message[place] ^ 1]) + message[place + 1 :]
        with pytest.raises((NotAllowed, Unreadable)):
            relay.unpack("push", changed, relay.public_key(CORE), relay.Push)


def test_a_message_signed_by_somebody_else_or_of_another_kind_is_refused() -> None:
    message = relay.pack("push", relay.Push(turn=7, at=AT), RELAY)
    assert code_of(lambda: relay.unpack("push", message, relay.public_key(CORE), relay.Push)) == "relay.signature"
    assert code_of(lambda: relay.unpack("pull", message, relay.public_key(RELAY), relay.Pull)) == "relay.kind"


@pytest.mark.parametrize("message", [b"", b"hello", b"muster-relay-1 push\n{}", b"muster-relay-9 push ab\n{}"])
def test_what_is_no_message_is_refused(message: bytes) -> None:
    assert code_of(lambda: relay.unpack("push", message, relay.public_key(CORE), relay.Push)) == "relay.form"


def test_a_signature_that_is_no_hex_is_refused() -> None:
    message = b"muster-relay-1 push zz\n{}"
    assert code_of(lambda: relay.unpack("push", message, relay.public_key(CORE), relay.Push)) == "relay.signature"


def test_a_signed_message_with_fields_we_do_not_know_is_refused() -> None:
    message = relay.pack("pull", relay.Push(turn=7, at=AT), RELAY)  # signed well, but it is no pull
    assert code_of(lambda: relay.unpack("pull", message, relay.public_key(RELAY), relay.Pull)) == "relay.form"


def test_messages_hold_neither_token_nor_words_of_the_answer() -> None:
    pull = relay.Pull(turn=1, at=AT, epoch=ID, last_seq=1, pages=1, answers=(sealed(),))
    message = relay.pack("pull", pull, RELAY)
    assert TOKEN.encode() not in message
    assert b"accept" not in message
    assert set(json.loads(message.split(b"\n", 1)[1])["answers"][0]) == {"seq", "id", "page", "box"}


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_a_relay_clock_that_is_wrong_by_an_hour_does_not_move_the_answer(hours: int) -> None:
    wrong = timedelta(hours=hours)
    given = AT - timedelta(minutes=4)
    assert relay.said_at(given + wrong, AT + wrong, AT, not_before=AT - timedelta(minutes=10)) == given


def test_an_answer_is_never_of_the_future_nor_from_before_the_call() -> None:
    called = AT - timedelta(minutes=10)
    assert relay.said_at(AT + timedelta(hours=1), AT, AT, not_before=called) == AT
    assert relay.said_at(AT - timedelta(hours=1), AT, AT, not_before=called) == called


def test_choices_are_those_of_the_reply_page() -> None:
    assert relay.ETA_MINUTES == PAGE_MINUTES
    assert tuple(DECLINE_REASONS) == relay.REASONS


@given(st.lists(st.lists(st.integers(1, 40), max_size=8), max_size=6))
def test_gaps_are_the_numbers_never_seen(batches: list[list[int]]) -> None:
    taken, missing = 0, []
    for batch in batches:
        taken, missing = relay.note_seqs(taken, missing, batch)
    seen = {seq for batch in batches for seq in batch}
    assert taken == max(seen, default=0)
    assert {n for first, last in missing for n in range(first, last + 1)} == set(range(1, taken)) - seen


def test_a_huge_number_costs_nothing() -> None:
    assert relay.note_seqs(3, [], [2**53]) == (2**53, [[4, 2**53 - 1]])
    assert len(relay.note_seqs(0, [], range(2, 2000, 2))[1]) == relay.MOST_GAPS
