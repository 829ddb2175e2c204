"""Hours of duty against a clock that counts every minute."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from muster.core.hours import judge

START = datetime(2026, 7, 1, tzinfo=UTC)


def at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


def counted(turns: list[tuple[int, int | None]], now: int, rest_minutes: int) -> int | None:
    """Minutes worked since the last full rest, minute by minute; None when rested."""
    worked, idle, started = 0, 0, False
    for minute in range(now):
        if any(start <= minute and (end is None or minute < end) for start, end in turns):
            if started and idle >= rest_minutes:
                worked = 0
            worked, idle, started = worked + 1, 0, True
        elif started:
            idle += 1
    return None if not started or idle >= rest_minutes else worked


turn = st.integers(0, 3000).flatmap(
    lambda start: st.tuples(st.just(start), st.one_of(st.none(), st.integers(start + 1, start + 900)))
)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(turn, max_size=5), st.integers(1, 4000), st.integers(1, 12))
def test_as_a_clock_would_count(turns: list[tuple[int, int | None]], now: int, rest_hours: int) -> None:
    begun = [(start, end) for start, end in turns if start < now]
    found = judge([(at(s), None if e is None else at(e)) for s, e in begun], at(now), 12, rest_hours)
    wanted = counted(begun, now, rest_hours * 60)
    assert (found and found.on_duty) == (wanted and timedelta(minutes=wanted))
    assert found is None or found.over == (found.on_duty > timedelta(hours=12))


def test_twelve_hours_are_allowed_and_a_minute_more_is_not() -> None:
    assert not judge([(at(0), None)], at(720), 12, 8).over
    assert judge([(at(0), None)], at(721), 12, 8).over


def test_a_short_break_is_no_rest_and_a_full_one_is() -> None:
    assert judge([(at(0), at(600)), (at(700), None)], at(900), 12, 8).on_duty == timedelta(minutes=800)
    assert judge([(at(0), at(600)), (at(1080), None)], at(1200), 12, 8).on_duty == timedelta(minutes=120)
    assert judge([(at(0), at(600))], at(1080), 12, 8) is None
