"""The geometry of the review's charts, checked against figures worked out by hand and against invariants."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.apps.incidents import charts

BAND = {"minutes": [0, 30, 60, 90], "low": [0, 40, 180, 205], "median": [0, 100, 210, 218], "high": [0, 160, 230, 238]}
minutes = st.lists(st.floats(0, 200, allow_nan=False), max_size=60)


def corners(path: str) -> list[tuple[float, float]]:
    return [(float(a), float(b)) for a, b in re.findall(r"[ML]\s*(-?[\d.]+) (-?[\d.]+)", path)]


def test_the_counting_curve_goes_up_by_one_at_each_arrival_and_is_flat_in_between():
    assert charts.steps([10, 4], 20) == [(0, 0), (4, 0), (4, 1), (10, 1), (10, 2), (20, 2)]


def test_nobody_came_is_a_flat_line_on_the_floor():
    assert charts.steps([], 20) == [(0, 0), (20, 0)]


def test_a_check_in_before_t0_counts_from_t0():
    assert charts.steps([-3], 5)[1:3] == [(0, 0), (0, 1)]


@given(minutes)
def test_the_curve_never_falls_and_ends_at_the_number_who_came(came):
    counts = [n for _, n in charts.steps(came, 200)]
    assert counts == sorted(counts)
    assert counts[-1] == len(came)


@given(minutes, st.integers(1, 300), st.floats(10, 120, allow_nan=False))
def test_everything_drawn_lies_inside_the_picture(came, need, due):
    chart = charts.arrivals(came, need, due, BAND)
    frame = chart.frame
    for path in (chart.actual, chart.band, chart.median):
        for x, y in corners(path):
            assert frame.left <= x <= frame.edge
            assert frame.top <= y <= frame.floor
    assert frame.top <= chart.need <= frame.floor


def test_the_band_is_one_closed_shape_below_and_back_above():
    chart = charts.arrivals([5, 50], 206, 60, BAND)
    assert chart.band.endswith(" Z")
    assert len(corners(chart.band)) == 8


def test_without_a_forecast_there_is_no_band_but_still_a_curve():
    chart = charts.arrivals([5, 50], 206, 60, {})
    assert chart.band == ""
    assert chart.median == ""
    assert chart.actual


def test_the_due_mark_stands_at_two_thirds_when_the_axis_ends_at_one_and_a_half_times_the_due_time():
    chart = charts.arrivals([20.0], 10, 60, {})
    frame = chart.frame
    assert frame.most_x == 90
    assert chart.due == pytest.approx(frame.left + (frame.edge - frame.left) * 2 / 3, abs=0.1)
    assert [tick.label for tick in chart.x_ticks] == ["T+0", "T+15", "T+30", "T+45", "T+60", "T+75", "T+90"]


def test_the_mark_of_completeness_stands_on_the_curve():
    chart = charts.arrivals([10, 20, 30], 2, 60, {}, full_at=20)
    assert chart.full == (chart.frame.x(20), chart.frame.y(2))


def test_somebody_who_comes_hours_later_does_not_squeeze_the_picture():
    assert charts.arrivals([10, 600], 2, 60, {}).frame.most_x == 90


@pytest.mark.parametrize(
    ("span", "wanted", "step"), [(100, 5, 20), (240, 5, 50), (7, 5, 2), (0.9, 5, 0.2), (12, 5, 2.5)]
)
def test_steps_of_the_count_axis_are_round(span, wanted, step):
    assert charts.nice_step(span, wanted) == pytest.approx(step)


@pytest.mark.parametrize(("span", "step"), [(30, 5), (60, 10), (90, 15), (200, 30), (1440, 240), (100_000, 2880)])
def test_steps_of_the_time_axis_are_those_people_count_in(span, step):
    assert charts.minute_step(span) == step


def test_the_lowest_chance_is_marked_only_when_it_fell_below_the_target():
    fell = charts.chances([(1, 0.956), (7, 0.39), (8, 0.958)], 0.95)
    assert fell.lowest == (fell.frame.x(7), fell.frame.y(0.39))
    assert charts.chances([(1, 0.956), (8, 0.958)], 0.95).lowest is None


def test_no_solve_at_all_gives_an_empty_line():
    assert charts.chances([], 0.95).line == ""


@given(st.lists(st.floats(0, 1, allow_nan=False), min_size=13, max_size=150))
def test_thinning_keeps_the_ends_and_the_extremes(values):
    history = [(float(i), p) for i, p in enumerate(values)]
    kept = charts.thin(history, most=12)
    assert len(kept) <= 16
    assert kept[0] == history[0]
    assert kept[-1] == history[-1]
    assert min(p for _, p in kept) == min(values)
    assert max(p for _, p in kept) == max(values)
    assert [m for m, _ in kept] == sorted(m for m, _ in kept)
