"""Differently shaped truths, and how often a stated chance holds under them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.stats import binomtest, kurtosis
from typer.testing import CliRunner

from muster.cli.main import app
from muster.core.errors import InvalidInput, Unavailable
from muster.exercise import coverage, drill
from muster.exercise.coverage import run_coverage, summary, table
from muster.exercise.district.folk import HoldingData, PersonData
from muster.exercise.district.make import make_district
from muster.exercise.truth.behaviour import conduct
from muster.exercise.truth.day import day_of
from muster.exercise.truth.nature import nature_of
from muster.exercise.truth.shapes import Shape, shaped_day

TOWNS = ("a", "b", "c")
START = datetime.fromisoformat("2026-10-18T14:20:00+08:00")


# --- the shapes ---


def test_the_usual_shape_is_the_usual_day() -> None:
    assert shaped_day("d", TOWNS, Shape.USUAL) == day_of("d", TOWNS)


def test_heavy_tails_have_the_usual_spread_but_more_extremes() -> None:
    days = [shaped_day(("t", n), TOWNS, Shape.HEAVY_TAILS) for n in range(6000)]
    scale = np.array([np.sqrt(d.rho / (1 - d.rho)) * np.pi / 3**0.5 for d in days])
    district = np.array([d.shock for d in days]) / scale / 0.65**0.5
    town = np.array([d.towns["a"] for d in days]) / scale / 0.35**0.5
    usual = np.array([day_of(("t", n), TOWNS).towns["a"] for n in range(6000)]) / scale / 0.35**0.5
    for heavy in (district, town):
        # Student's t with 3 degrees, scaled to variance 1: quartiles at .4416, 2.6 sd with a chance of .0104 a side
        assert np.quantile(np.abs(heavy), 0.5) == pytest.approx(0.7649 / 3**0.5, rel=0.06)
        assert (np.abs(heavy) > 2.6).mean() == pytest.approx(0.0207, abs=0.006)
        assert kurtosis(heavy) > 2 > kurtosis(usual)
    assert days[3].failure == day_of(("t", 3), TOWNS).failure


def test_of_a_town_that_is_cut_off_many_say_yes_and_nobody_comes() -> None:
    day = shaped_day("d", TOWNS, Shape.TOWN_CUT_OFF)
    (cut,) = day.cut_off
    plain = day_of("d", TOWNS)
    for town in TOWNS:
        people = [
            [
                conduct("d", f"M{n}", nature_of(1, f"M{n}", "u", team=False), one, part=6, town=town, distance_km=4.0,
                        channel="sms")
                for n in range(60)
            ]
            for one in (day, plain)
        ]  # fmt: skip
        if town == cut:
            assert all(p.arrives is None for p in people[0])
            assert [p.words for p in people[0]] == [p.words for p in people[1]]
        else:
            assert people[0] == people[1]
    assert len({shaped_day(n, TOWNS, Shape.TOWN_CUT_OFF).cut_off for n in range(40)}) == 3


def test_a_channel_that_is_down_loses_about_half_of_the_texts_and_no_calls() -> None:
    day, plain = shaped_day("d", TOWNS, Shape.CHANNEL_DOWN), day_of("d", TOWNS)
    assert 0.35 <= day.failure["sms"] <= 0.65
    assert day.failure["voice"] == plain.failure["voice"]
    assert (day.shock, day.towns) == (plain.shock, plain.towns)


# --- one exercise ---


def person(number: int, *skills: str) -> PersonData:
    some = make_district(3, 5).people[0]
    values = {name: getattr(some, name) for name in some.__slots__}
    return PersonData(**{**values, "number": f"P{number}", "holdings": tuple(HoldingData(s) for s in skills)})


def empty_by_linear_programme(lines: Sequence[drill.Line], came: Sequence[tuple[PersonData, float]]) -> int:
    """Posts less the largest flow from people to posts: the matching polytope has whole corners."""
    pairs = [
        (i, j)
        for i, (who, minute) in enumerate(came)
        for j, (skill, _, due) in enumerate(lines)
        if skill in {h.capability for h in who.holdings} and minute <= due
    ]
    if not pairs:
        return sum(n for _, n, _ in lines)
    limits = np.zeros((len(came) + len(lines), len(pairs)))
    for column, (i, j) in enumerate(pairs):
        limits[i, column] = limits[len(came) + j, column] = 1
    most = [1.0] * len(came) + [float(n) for _, n, _ in lines]
    found = linprog(-np.ones(len(pairs)), limits, most, bounds=(0, 1))
    return sum(n for _, n, _ in lines) - round(-found.fun)


def test_empty_posts_are_counted_by_the_best_possible_seating() -> None:
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(40):
        lines = [(s, int(rng.integers(1, 4)), float(rng.integers(20, 60))) for s in "abc"]
        came = [
            (person(n, *[s for s in "abc" if rng.random() < 0.5]), float(rng.integers(10, 60)))
            for n in range(rng.integers(0, 24))
        ]
        found = drill.empty_posts(lines, came, START)
        assert found == empty_by_linear_programme(lines, came)
        seen.add(found)
    assert {0, 1, 2} <= seen


def test_arrivals_are_what_the_truth_makes_of_each_call() -> None:
    district = make_district(3, 60)
    day = day_of("d", tuple(v.town for v in district.ground.villages))
    called = [(one, 3.0, 2.0 if one.phone else 7.0) for one in district.people]
    came = {p.number: minute for p, minute in drill.arrivals(district, called, day, 6, "x")}
    assert 10 < len(came) < 60
    for one, km, minute in called:
        nature = nature_of(3, one.number, one.team or str(one.village), bool(one.team))
        done = conduct(
            "x", one.number, nature, day, part=6, town=district.ground.villages[one.village].town, distance_km=km,
            channel="sms" if one.phone else "voice",
        )  # fmt: skip
        assert came.get(one.number) == (None if done.arrives is None else minute + done.arrives)


# --- many ---


def found(plan: int, stated: float = 0.95, **missing: list[int]) -> dict[str, Any]:
    usual = missing.get("usual", [0, 0])
    every = {shape.value: missing.get(shape.value, usual) for shape in Shape}
    return {
        "district": 1, "plan": plan, "part": "weekday_work", "alerted": 300, "stated_p": stated,
        "certified": stated is not None and stated >= 0.95, "missing": every,
    }  # fmt: skip


def test_the_summary_counts_days_met_and_gives_the_exact_interval() -> None:
    body = summary([found(n, channel_down=[3, 0]) for n in range(60)] + [found(60, 0.6, usual=[0, 1])])
    usual, down = body["truths"][0], body["truths"][3]
    assert (body["plans"], body["certified"], body["exercises"], body["passed"]) == (61, 60, 120, True)
    assert (usual["met"], usual["share"], usual["refuted"]) == (120, 1.0, False)
    assert (down["met"], down["share"], down["refuted"], down["worst"]) == (60, 0.5, True, 3)
    exact = binomtest(60, 120).proportion_ci(0.95, method="exact")
    assert [down["low"], down["high"]] == pytest.approx([exact.low, exact.high], abs=1e-4)
    assert body["shortfalls"][0] == {
        "truth": "usual", "exercises": 2, "stated_p": 0.6, "met": 1, "share": 0.5, "refuted": False, "worst": 1,
        "low": pytest.approx(binomtest(1, 2).proportion_ci(0.95, method="exact").low, abs=1e-4),
        "high": pytest.approx(binomtest(1, 2).proportion_ci(0.95, method="exact").high, abs=1e-4), "empty_when_missed": 1,
    }  # fmt: skip
    assert body["parts"] == {"weekday_work": {"exercises": 120, "met": 120}}


def test_a_promise_broken_under_the_usual_truth_fails() -> None:
    body = summary([found(n, usual=[2, 0]) for n in range(60)])
    assert not body["passed"]
    assert "**refuted**" in table(body)


def test_nothing_certified_is_no_proof() -> None:
    body = summary([found(1, 0.9)])
    assert not body["passed"]
    assert body["truths"][0]["share"] == 0.0


def test_a_chance_stated_for_a_plan_short_of_its_target_is_held_to_as_well() -> None:
    body = summary([found(1)] + [found(n, 0.8, usual=[1, 0]) for n in range(60)])
    assert not body["passed"]
    assert not body["truths"][0]["refuted"]


def test_the_table_has_a_line_for_each_truth() -> None:
    lines = table(summary([found(1)])).splitlines()
    assert len(lines) == 2 + 2 * len(Shape)
    assert lines[2].startswith("| certified | usual | 2 | 0.950 | 2 | 1.000 |")
    assert lines[6].startswith("| short of target | usual | 0 |")


@pytest.mark.parametrize("size", [{"districts": 0}, {"plans": 100, "days": 1000}])
def test_senseless_sizes_are_refused(size: dict[str, int]) -> None:
    with pytest.raises(InvalidInput, match="coverage_size"):
        run_coverage(**size)


def test_a_district_that_can_not_be_made_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coverage, "FIRST_SEED", -1)
    with pytest.raises(Unavailable, match="home_failed"):
        run_coverage(districts=1, plans=1, days=1)


def test_one_plan_from_the_command_is_certified_and_lived_through() -> None:
    """The whole way in a process and an exercise home of its own."""
    words = ["exercise-coverage", "--districts", "1", "--plans", "1", "--days", "2", "--json", "-"]
    first = CliRunner().invoke(app, words)
    body = json.loads(first.stdout)
    assert first.exit_code == (0 if body["passed"] else 1)
    assert body["plans"] == 1
    (kind,) = [key for key in ("truths", "shortfalls") if body[key][0]["exercises"]]
    assert [one["exercises"] for one in body[kind]] == [2] * len(Shape)
    assert (body[kind][0]["stated_p"] >= 0.95) == (kind == "truths") == (body["certified"] == 1)
    assert body[kind][3]["met"] < 2  # without the texts nobody knows


def test_exercises_start_within_a_fortnight_of_the_districts_own_start() -> None:
    assert timedelta(minutes=drill.SPAN_MINUTES) == timedelta(days=14)
