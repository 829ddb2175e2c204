"""Public ids sort by time; tokens are kept as hashes only."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core import ids
from muster.core.errors import InvalidInput

MOMENTS = st.integers(0, 8029 * 365 * 86_400_000_000).map(lambda us: EPOCH + timedelta(microseconds=us))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
RANDOM = st.binary(min_size=10, max_size=10)


def test_the_example_of_the_ulid_paper():
    # github.com/ulid/spec: the time 1469918176385 is written 01ARYZ6S41.
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=1469918176385)
    assert ids.public_id(moment, bytes(10)) == "01ARYZ6S41" + "0" * 16
    assert ids.public_id(moment, b"\xff" * 10) == "01ARYZ6S41" + "Z" * 16


@given(MOMENTS, MOMENTS, RANDOM, RANDOM)
def test_ids_sort_as_their_milliseconds_do(first, second, salt, pepper):
    a, b = ids.public_id(first, salt), ids.public_id(second, pepper)
    if ids.moment_of(a) < ids.moment_of(b):
        assert a < b
    assert timedelta(0) <= first - ids.moment_of(a) < timedelta(milliseconds=1)


@given(MOMENTS, RANDOM)
def test_an_id_typed_by_a_person_is_still_the_id(moment, salt):
    made = ids.public_id(moment, salt)
    assert ids.normal_id(f" {made.lower().replace('1', 'l').replace('0', 'o')} ") == made


@pytest.mark.parametrize("text", ["", "0" * 25, "0" * 27, "U" * 26, "Z" * 26, "中" * 26])
def test_what_is_no_id_is_refused(text):
    with pytest.raises(InvalidInput, match=r"id\.form"):
        ids.normal_id(text)


def test_a_time_past_the_calendar_is_no_moment():
    with pytest.raises(InvalidInput, match=r"id\.form"):
        ids.moment_of("7" + "Z" * 25)


@pytest.mark.parametrize("salt", [b"", bytes(9), bytes(11)])
def test_exactly_ten_random_bytes_are_asked(salt):
    with pytest.raises(InvalidInput, match=r"id\.randomness"):
        ids.public_id(datetime(2026, 1, 1, tzinfo=UTC), salt)


def test_moments_before_1970_have_no_id():
    with pytest.raises(InvalidInput, match=r"id\.moment"):
        ids.public_id(datetime(1969, 12, 31, tzinfo=UTC), bytes(10))


def test_a_token_is_known_by_its_hash_alone():
    # FIPS 180-2, the example "abc".
    stored = ids.token_hash("abc")
    assert stored == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert ids.token_matches("abc", stored)
    assert not ids.token_matches("abd", stored)
    assert not ids.token_matches("abc", "坏")
