"""A gateway that lies, stutters or breaks: what it signs and sends is taken, refused item by item, or refused in a word."""

from __future__ import annotations

import json
import time

import pytest
from django.conf import settings as live
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.apps.channels.models import InMessage
from muster.apps.channels.signing import sign

pytestmark = pytest.mark.django_db
DOORS = ("reports", "inbound")
REFUSALS = {"gateway.item_form", "gateway.unknown_message"}
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**400, -(10**19), 2**63])
ODD = st.none() | st.booleans() | NUMBERS | st.text(st.characters(), max_size=80)  # half characters and NUL included
ITEMS = st.recursive(ODD, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))
KEYS = st.sampled_from(["id", "status", "detail", "from", "text"])


@pytest.fixture(autouse=True)
def _gateways(settings: object) -> None:
    settings.MUSTER_SMS_URL, settings.MUSTER_EXERCISE_SMS_URL = "http://actual.test", "http://exercise.test"


def tell(door: str, body: bytes, **headers: str) -> HttpResponse:
    stamp = int(time.time())
    signed = {"X-Muster-Time": str(stamp), "X-Muster-Signature": sign(live.SECRETS.gateway_key, "actual", stamp, body)}
    return Client().post(f"/gateway/sms/actual/{door}", body, content_type="application/json", headers=signed | headers)


@pytest.mark.parametrize("door", DOORS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(items=st.lists(ITEMS | st.dictionaries(KEYS, ODD, max_size=5), max_size=4))
def test_whatever_stands_in_an_item_spoils_that_item_alone(door: str, items: list[object]) -> None:
    good = {"id": "none", "status": "delivered", "from": "13812342071", "text": "1"}
    answer = tell(door, json.dumps([*items, good]).encode())
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["taken"] + len(told["refused"]) == len(items) + 1
    assert {one["code"] for one in told["refused"]} <= REFUSALS
    if door == "inbound":
        assert len(items) not in {one["item"] for one in told["refused"]}
        assert InMessage.objects.filter(gateway_id="a:none").exists()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "body",
    [
        b"", b"\x00", b"[", b"[\x00]", b'["\xed\xa0\x80"]', b"\xff\xfe[\x00]\x00", b"[NaN,", b"9" * 5000,
        b"[" + b"9" * 5000 + b"]",
        b"[" * 100_000, b'{"a":' * 100_000, b'{"id": 1}', b"null", b'"[]"',
    ],
    ids=[
        "nothing", "nul", "cut", "nul inside", "half a character", "utf-16", "cut nan", "long int", "long int in a list",
        "deep lists", "deep objects", "an object", "null", "a text",
    ],
)  # fmt: skip
def test_a_body_that_is_no_list_is_refused_in_a_word(door: str, body: bytes) -> None:
    answer = tell(door, body)
    assert answer.status_code in (200, 400), answer.content
    if answer.status_code == 400:
        assert answer.json()["error"] in {"gateway.not_json", "gateway.not_a_list"}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "length", ["9" * 5000, "-1", "x", "²", "1e3", " "], ids=["long", "less", "word", "two", "exp", "blank"]
)
def test_an_odd_length_in_front_is_refused_or_not_believed(door: str, length: str) -> None:
    assert tell(door, b"[]", **{"Content-Length": length}).status_code in (200, 400, 403)


@pytest.mark.parametrize(
    ("stamp", "signature"),
    [("9" * 5000, "0" * 64), ("²", "0" * 64), ("-1", "0" * 64), ("1e9", "0" * 64), ("", ""), ("0", "ß" * 64)],
)
def test_odd_signatures_are_refused(stamp: str, signature: str) -> None:
    answer = tell("inbound", b"[]", **{"X-Muster-Time": stamp, "X-Muster-Signature": signature})
    assert answer.status_code == 403
    assert answer.json()["error"].startswith("gateway.")
