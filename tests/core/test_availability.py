"""Moment to state: over midnight, single days before weeks, the more careful word; and the picture of a day."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from muster.core.availability import ALWAYS, Span, Standing, day_picture, standing, standing_at
from muster.core.recurrence import Recurrence

TUESDAY, WEDNESDAY = date(2026, 7, 14), date(2026, 7, 15)
WEEKLY = Recurrence(date(2026, 1, 1), "weekly", weekdays=frozenset({1}))
NIGHT = Span(WEEKLY, 22 * 60, 6 * 60, "off", reason="work")
SLOW = Span(WEEKLY, 8 * 60, 18 * 60, "delayed", 30)


def test_who_says_nothing_is_available() -> None:
    assert standing([], TUESDAY, 0) == ALWAYS


def test_a_night_shift_lasts_into_the_next_day() -> None:
    at = {(day, hour): standing([NIGHT], day, hour * 60).state for day in (TUESDAY, WEDNESDAY) for hour in (5, 21, 23)}
    assert [key for key, state in at.items() if state == "off"] == [(TUESDAY, 23), (WEDNESDAY, 5)]


def test_a_span_that_ends_where_it_starts_is_a_whole_day() -> None:
    whole = Span(Recurrence(TUESDAY), 0, 0, "off")
    assert {standing([whole], TUESDAY, minute).state for minute in range(1440)} == {"off"}
    assert standing([whole], WEDNESDAY, 0) == ALWAYS


def test_minutes_to_muster_count_only_while_they_are_said() -> None:
    assert standing([SLOW], TUESDAY, 9 * 60) == Standing("delayed", 30)
    assert standing([SLOW], TUESDAY, 18 * 60) == ALWAYS


def test_of_two_words_the_more_careful_one_counts() -> None:
    both = [SLOW, Span(WEEKLY, 9 * 60, 10 * 60, "off"), Span(WEEKLY, 8 * 60, 9 * 60, "delayed", 45)]
    assert standing(both, TUESDAY, 8 * 60).minutes == 45
    assert standing(both, TUESDAY, 9 * 60) == Standing("off")


def test_a_word_about_one_day_goes_before_the_week() -> None:
    free = Span(Recurrence(TUESDAY), 0, 0, "available")
    assert standing([SLOW, NIGHT, free], TUESDAY, 23 * 60).state == "available"


def test_a_moment_is_looked_up_in_beijing_time() -> None:
    assert standing_at([NIGHT], datetime(2026, 7, 14, 14, 30, tzinfo=UTC)).state == "off"  # 22:30 there
    assert standing_at([NIGHT], datetime(2026, 7, 14, 13, 30, tzinfo=UTC)).state == "available"


spans = st.builds(
    Span,
    st.sampled_from([WEEKLY, Recurrence(TUESDAY), Recurrence(date(2026, 7, 1), "daily", 2)]),
    st.integers(0, 1439), st.integers(0, 1439), st.sampled_from(["available", "off", "delayed"]), st.integers(0, 90),
)  # fmt: skip


@given(st.lists(spans, max_size=5))
def test_the_picture_of_a_day_says_of_every_minute_what_the_moment_says(said: list[Span]) -> None:
    for day in (TUESDAY, WEDNESDAY):
        pieces = day_picture(said, day)
        assert [p.end for p in pieces[:-1]] == [p.start for p in pieces[1:]]
        by_minute = [piece.standing for piece in pieces for _ in range(piece.start, piece.end)]
        assert by_minute == [standing(said, day, minute) for minute in range(1440)]
