"""Minutes, Beijing days, parts of the day and money."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core import units
from muster.core.errors import InvalidInput

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 130 * 365 * 86_400_000_000).map(lambda us: EPOCH + timedelta(microseconds=us))


def test_minutes_there_and_back():
    start = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
    assert units.after_minutes(start, 90) == datetime(2026, 5, 1, 13, 30, tzinfo=UTC)
    assert units.minutes_between(start, units.after_minutes(start, -7.5)) == -7.5
    assert units.hours(90) == 1.5


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        (datetime(2026, 1, 1, 15, 59, 59, tzinfo=UTC), date(2026, 1, 1)),
        (datetime(2026, 1, 1, 16, 0, tzinfo=UTC), date(2026, 1, 2)),
        (datetime(2026, 7, 1, 16, 0, tzinfo=UTC), date(2026, 7, 2)),
    ],
)
def test_the_beijing_day_begins_at_sixteen_utc_all_the_year(utc, day):
    assert units.beijing_day(utc) == day


@given(MOMENTS)
def test_a_moment_lies_within_the_bounds_of_its_day(moment):
    start, end = units.beijing_day_bounds(units.beijing_day(moment))
    assert start <= moment < end
    assert end - start == timedelta(days=1)


@given(MOMENTS)
def test_beijing_time_and_back(moment):
    assert units.from_beijing(units.to_beijing(moment).replace(tzinfo=None)) == moment


def test_an_aware_time_is_no_wall_clock_time():
    with pytest.raises(InvalidInput, match=r"clock\.aware"):
        units.from_beijing(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("local", "part"),
    [
        ("2026-11-23 00:00", "weekday_night"),
        ("2026-11-23 05:59", "weekday_night"),
        ("2026-11-23 06:00", "weekday_morning"),
        ("2026-11-23 08:00", "weekday_work"),
        ("2026-11-23 17:59", "weekday_work"),
        ("2026-11-23 18:00", "weekday_evening"),
        ("2026-11-27 22:00", "weekday_night"),
        ("2026-11-28 09:00", "weekend_work"),
        ("2026-11-29 23:00", "weekend_night"),
    ],
)
def test_parts_of_the_day_by_beijing_time(local, part):
    moment = units.from_beijing(datetime.fromisoformat(local))
    assert units.PARTS_OF_DAY[units.part_of_day(moment)] == part


@pytest.mark.parametrize("hour", [-1, 24])
def test_a_day_has_24_hours(hour):
    with pytest.raises(InvalidInput, match=r"units\.hour"):
        units.part_index(hour, weekend=False)


@pytest.mark.parametrize(
    ("given_amount", "rounded"),
    [
        (200, "200.00"),
        ("0.005", "0.01"),
        (Decimal("1.004"), "1.00"),
        ("-0.005", "-0.01"),
        ("1e3", "1000.00"),
    ],
)
def test_money_has_two_places_and_rounds_halves_up(given_amount, rounded):
    assert str(units.money(given_amount)) == rounded


@pytest.mark.parametrize("amount", ["ten", "NaN", "Infinity", "1e99", 0.1])
def test_what_is_no_amount_is_refused(amount):
    with pytest.raises(InvalidInput, match=r"money\.form"):
        units.money(amount)
