"""The exercise's gateway: takes what is signed, delivers nothing twice, and nothing ever reaches the trap."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from muster.apps.channels.signing import headers
from muster.core.errors import Unavailable
from muster.exercise.gateway import Gateway, Text, Trap

KEY = "ab" * 32


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    opened = Gateway(KEY)
    yield opened
    opened.close()


def send(gateway: Gateway, number: int, *, key: str = KEY, mode: str = "exercise") -> httpx.Response:
    raw = {"id": f"m{number}", "to": f"+86199000000{number:02d}", "text": "【演练】集结", "exercise": True}
    body = json.dumps(raw).encode()
    with httpx.Client(trust_env=False) as client:
        return client.post(f"{gateway.url}/messages", content=body, headers=headers(key, mode, int(time.time()), body))


def test_it_takes_a_signed_message_and_hands_it_on_once(gateway: Gateway) -> None:
    assert send(gateway, 1).status_code == 202
    assert gateway.collect() == [Text("m1", "+8619900000001", "【演练】集结", True)]
    assert gateway.collect() == []


def test_the_same_message_again_is_taken_and_counted_but_not_delivered(gateway: Gateway) -> None:
    send(gateway, 1)
    assert send(gateway, 1).status_code == 202
    assert len(gateway.collect()) == 1
    assert gateway.doubled == 1
    assert len(gateway.everything()) == 1


def test_it_refuses_another_key_and_another_mode(gateway: Gateway) -> None:
    assert send(gateway, 1, key="cd" * 32).status_code == 400
    assert send(gateway, 2, mode="actual").status_code == 400
    assert gateway.refused == 2
    assert gateway.collect() == []


def test_messages_come_out_in_an_order_of_their_own(gateway: Gateway) -> None:
    for number in (3, 1, 2):
        send(gateway, number)
    assert [text.id for text in gateway.collect()] == ["m1", "m2", "m3"]


def test_a_refusing_system_is_not_overlooked(gateway: Gateway) -> None:
    trap = Trap()
    with pytest.raises(Unavailable, match="gateway_refused"):
        gateway.hand_in(trap.url, "reports", [{"id": "m1", "status": "delivered"}])
    assert trap.caught == 1
    trap.close()
