"""Clocks tell aware moments in UTC, and virtual time has no jumps."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.clock import FixedClock, ScaledClock, SystemClock, as_utc
from muster.core.errors import InvalidInput

START = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)


def test_a_naive_moment_is_refused():
    with pytest.raises(InvalidInput) as caught:
        as_utc(datetime.fromisoformat("2026-01-01"))
    assert caught.value.code == "clock.naive"


def test_moments_of_other_zones_become_utc():
    local = datetime(2026, 1, 1, 8, 0, tzinfo=timezone(timedelta(hours=8)))
    assert as_utc(local) == datetime(2026, 1, 1, tzinfo=UTC)
    assert as_utc(local).tzinfo is UTC


def test_the_system_clock_is_aware_and_does_not_go_back():
    clock = SystemClock()
    first, second = clock.now(), clock.now()
    assert first.tzinfo is UTC
    assert first <= second


def test_a_fixed_clock_moves_only_when_told():
    clock = FixedClock(START)
    assert clock.now() == clock.now() == START
    clock.advance(1.5)
    assert clock.now() == START + timedelta(seconds=90)
    clock.set(START)
    assert clock.now() == START


class Hand:
    """A real clock moved by hand."""

    def __init__(self, moment):
        self.moment = moment

    def __call__(self):
        return self.moment


def test_virtual_time_runs_at_its_speed():
    real = Hand(datetime(2026, 11, 1, tzinfo=UTC))
    clock = ScaledClock(real.moment, START, 20.0, real)
    real.moment += timedelta(seconds=30)
    assert clock.now() == START + timedelta(minutes=10)


def test_a_speed_of_nothing_stands_still():
    real = Hand(START)
    clock = ScaledClock(START, START, 0, real)
    real.moment += timedelta(hours=5)
    assert clock.now() == START


@given(st.floats(0, 1000), st.floats(0, 1000), st.integers(0, 100_000))
def test_a_change_of_speed_makes_no_jump(first, second, seconds):
    real = Hand(START)
    clock = ScaledClock(START, START, first, real)
    real.moment += timedelta(seconds=seconds)
    assert clock.at_speed(second).now() == clock.now()


@pytest.mark.parametrize("speed", [-1.0, float("nan"), float("inf")])
def test_an_impossible_speed_is_refused(speed):
    with pytest.raises(InvalidInput, match=r"clock\.speed"):
        ScaledClock(START, START, speed, lambda: START)
