"""What a gateway and Muster say to each other is signed for one mode and one moment."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.apps.channels.signing import WINDOW_SECONDS, check_signature, headers, mode_of, sign
from muster.core.errors import NotAllowed

KEY, OTHER = "11" * 32, "22" * 32


def code_of(key: str, mode: str, stamp: str, signature: str, body: bytes, now: int) -> str:
    try:
        check_signature(key, mode, stamp, signature, body, now)
    except NotAllowed as error:
        return error.code
    return ""


@given(st.binary(max_size=300), st.booleans(), st.integers(0, 10**11), st.integers(-WINDOW_SECONDS, WINDOW_SECONDS))
def test_what_was_signed_is_accepted_within_five_minutes(body: bytes, exercise: bool, at: int, late: int) -> None:
    made = headers(KEY, mode_of(exercise), at, body)
    assert code_of(KEY, mode_of(exercise), made["X-Muster-Time"], made["X-Muster-Signature"], body, at + late) == ""


def test_the_signature_is_hmac_sha256_over_time_mode_and_body() -> None:
    expected = hmac.new(bytes.fromhex(KEY), b"1700000000\nactual\n[]", hashlib.sha256).hexdigest()
    assert sign(KEY, "actual", 1_700_000_000, b"[]") == expected


@pytest.mark.parametrize(
    ("key", "mode", "stamp", "body", "now", "code"),
    [
        (OTHER, "actual", "1000", b"[]", 1000, "gateway.wrong_signature"),
        (KEY, "exercise", "1000", b"[]", 1000, "gateway.wrong_signature"),
        (KEY, "actual", "1001", b"[]", 1000, "gateway.wrong_signature"),
        (KEY, "actual", "1000", b"[1]", 1000, "gateway.wrong_signature"),
        (KEY, "actual", "1000", b"[]", 1301, "gateway.stale"),
        (KEY, "actual", "1000", b"[]", 699, "gateway.stale"),
        (KEY, "actual", "", b"[]", 1000, "gateway.not_signed"),
        (KEY, "actual", "-1000", b"[]", 1000, "gateway.not_signed"),
        (KEY, "actual", "١٠٠٠", b"[]", 1000, "gateway.not_signed"),
        (KEY, "actual", "9" * 40, b"[]", 1000, "gateway.not_signed"),
    ],
)
def test_anything_changed_is_refused(key: str, mode: str, stamp: str, body: bytes, now: int, code: str) -> None:
    assert code_of(key, mode, stamp, sign(KEY, "actual", 1000, b"[]"), body, now) == code


def test_a_missing_signature_is_refused() -> None:
    assert code_of(KEY, "actual", "1000", "", b"[]", 1000) == "gateway.not_signed"


def test_a_signature_of_strange_letters_is_refused_and_not_an_error() -> None:
    assert code_of(KEY, "actual", "1000", "签名", b"[]", 1000) == "gateway.wrong_signature"
