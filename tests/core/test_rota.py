"""No two turns at once, and rest between stretches: against a plain count of minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.core.rota import Limits, Turn, refusal

START = datetime(2026, 7, 14, tzinfo=UTC)
LIMITS, HOUR = Limits(), timedelta(hours=1)


def turn(first: int, last: int) -> Turn:
    return START + timedelta(hours=first), START + timedelta(hours=last)


@pytest.mark.parametrize(
    ("taken", "new", "why"),
    [
        ([], (0, 12), ""),
        ([], (0, 13), "too_long"),
        ([(0, 8)], (7, 9), "overlap"),
        ([(0, 8)], (8, 12), ""),
        ([(0, 8)], (8, 13), "no_rest"),
        ([(0, 12)], (20, 32), ""),
        ([(0, 12)], (19, 24), "no_rest"),
        ([(20, 32)], (0, 12), ""),
        ([(14, 20)], (0, 8), "no_rest"),
        ([(0, 3), (9, 12)], (4, 8), ""),
        ([(0, 4), (10, 14)], (5, 9), "no_rest"),
    ],
)
def test_what_may_be_taken(taken: list[tuple[int, int]], new: tuple[int, int], why: str) -> None:
    assert refusal([turn(*each) for each in taken], turn(*new), LIMITS) == why


def longest_stretch(turns: list[Turn]) -> timedelta:
    """Plain oracle: mark every hour worked, and look for runs without eight free hours."""
    hours = {(begin - START) // HOUR + n for begin, end in turns for n in range((end - begin) // HOUR)}
    worked = sorted(hours)
    best = run = 0
    for before, hour in zip([None, *worked], worked, strict=False):
        run = run + hour - before if before is not None and hour - before - 1 < 8 else 1
        best = max(best, run)
    return timedelta(hours=best)


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 14)), max_size=12))
def test_whatever_is_asked_for_in_whatever_order_nobody_has_two_turns_or_too_long_a_stretch(
    asked: list[tuple[int, int]],
) -> None:
    taken: list[Turn] = []
    for first, length in asked:
        new = turn(first, first + length)
        if not refusal(taken, new, LIMITS):
            taken.append(new)
    ordered = sorted(taken)
    assert all(left[1] <= right[0] for left, right in pairwise(ordered))
    assert longest_stretch(taken) <= LIMITS.longest
