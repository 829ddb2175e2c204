"""The small drawings: inside their frame, in order, adding up."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from muster.apps.desk import drawing
from muster.apps.incidents.board import PeopleCounts
from tests.desk.sample_board import board, proposal, verdict

CHANCES = st.floats(0, 1)
HISTORIES = st.lists(st.tuples(st.floats(0, 300), CHANCES), min_size=2, max_size=60).map(
    lambda points: tuple(sorted(points))
)
COUNTS = st.builds(
    lambda **n: PeopleCounts(called=sum(n.values()), **n), **{s: st.integers(0, 400) for s in drawing.STATES}
)


def places(points: str) -> list[tuple[float, float]]:
    return [tuple(map(float, pair.split(","))) for pair in points.split()]


@given(HISTORIES, CHANCES)
def test_the_line_stays_inside_its_frame_and_runs_to_the_right(history: tuple, p: float) -> None:
    found = drawing.spark(board(verdict=verdict(history=history, proposal=proposal(p_hat=p))))
    assert found is not None
    points = places(found.points) + places(found.mended)
    assert all(0 <= x <= drawing.WIDTH and 0 <= y <= drawing.HEIGHT for x, y in points)
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert len(found.x_ticks) <= 8


def test_a_higher_chance_is_drawn_higher() -> None:
    found = drawing.spark(board(verdict=verdict(history=((0.0, 0.2), (5.0, 0.9)))))
    assert found is not None
    (_, first), (_, last) = places(found.points)
    assert last < first
    assert found.mended_y is not None


def test_a_clock_that_was_set_back_does_not_make_the_line_run_back() -> None:
    found = drawing.spark(board(verdict=verdict(history=((4.0, 0.9), (18.0, 0.1), (11.0, 0.8)))))
    assert found is not None
    assert [x for x, _ in places(found.points)] == sorted(x for x, _ in places(found.points))


def test_two_points_make_a_line_and_one_does_not() -> None:
    assert drawing.spark(board(verdict=verdict(history=((1.0, 0.5),)))) is None
    without = drawing.spark(board(verdict=verdict(proposal=None)))
    assert without is not None
    assert (without.mended, without.mended_y) == ("", None)


@given(COUNTS)
def test_the_strip_is_full_and_without_overlaps(people: PeopleCounts) -> None:
    rows = drawing.people_rows(people)
    assert sum(row.count for row in rows) == people.called
    filled = [row for row in rows if row.share]
    for left, right in itertools.pairwise(filled):
        assert right.start >= left.start
    if people.called:
        assert abs(filled[-1].start + filled[-1].share - 100) < 0.2


def test_rare_states_are_shown_only_when_somebody_is_in_them() -> None:
    assert len(drawing.people_rows(PeopleCounts())) == drawing.ALWAYS_SHOWN
    assert drawing.people_rows(PeopleCounts(called=1, released=1))[-1].state == "released"


def test_the_scale_under_the_number() -> None:
    assert [drawing.scale(p) for p in (None, 0.395, 2.0)] == [0.0, 39.5, 100.0]
