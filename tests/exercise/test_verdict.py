"""The judge of a run: each fault, put in on purpose, breaks its own assertion and no other."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from muster.core.errors import InvalidInput
from muster.exercise.desk import Look
from muster.exercise.district.make import District, make_district
from muster.exercise.engine import Result
from muster.exercise.seeds import parse_seeds, refuted, summary
from muster.exercise.verdict import (
    Assertion,
    Evidence,
    assertions,
    filled,
    missed_lines,
    outcome,
    skills,
    unaccounted,
    unavailable,
    warned,
)


@pytest.fixture(scope="module")
def district() -> District:
    return make_district(7, 500)


def pick(district: District, capability: str, count: int) -> list[str]:
    able = [
        p.number
        for p in district.people
        if capability in skills(p, district.start) and not unavailable(p, district, district.start)
    ]
    return able[:count]


@pytest.fixture
def seen(district: District) -> Evidence:
    """Two stewards and one traffic hand, who came in time; all is well."""
    stewards = pick(district, "steward", 2)
    traffic = next(n for n in pick(district, "traffic", 5) if n not in stewards)
    numbers = [*stewards, traffic]
    alerts: list[dict[str, Any]] = [
        {
            "number": number, "need": need, "post": post, "state": "released", "channel": "sms", "alerted": 2.0,
            "checked_in": 20.0, "released": 200.0, "wave": 1,
        }
        for number, need, post in zip(numbers, ["steward", "steward", "traffic"], [1, 1, 2], strict=True)
    ]  # fmt: skip
    books = {
        "mode": "exercise", "state": "closed", "stated_p": 0.96, "target": 0.95, "t0": district.start.isoformat(),
        "lines": [
            {"order": 1, "capability": "steward", "people": 2, "due": 45},
            {"order": 2, "capability": "traffic", "people": 1, "due": 30},
        ],
        "alerts": alerts, "turns": [[n, True, 20.0, 200.0] for n in numbers], "not_exercise": 0, "messages": 3,
    }  # fmt: skip
    return Evidence(
        district=district, start=district.start, came=dict.fromkeys(numbers, 19.0),
        bodies=[("【演练】集结", True)] * 3, trapped=0, doubled=0, paid=dict.fromkeys(numbers, Decimal(200)),
        days=dict.fromkeys(numbers, 1), books=books, journal_holds=True,
    )  # fmt: skip


def broken(seen: Evidence) -> set[str]:
    return {one.name for one in assertions(seen) if not one.holds}


def spoilt(seen: Evidence, place: int, **changes: object) -> Evidence:
    books = copy.deepcopy(dict(seen.books))
    books["alerts"][place].update(changes)
    return replace(seen, books=books)


def test_a_run_without_fault_passes(seen: Evidence) -> None:
    assert broken(seen) == set()


def test_a_call_that_was_taken_late_moves_the_books_and_nobody_is_lost_for_it(seen: Evidence) -> None:
    t0 = seen.start + timedelta(minutes=2)
    turns = [[number, True, starts - 2.0, ends - 2.0] for number, _exercise, starts, ends in seen.books["turns"]]
    assert unaccounted(replace(seen, books={**seen.books, "turns": turns, "t0": t0.isoformat()})) == set()
    assert unaccounted(replace(seen, books={**seen.books, "turns": turns})) == set(seen.came)


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        pytest.param(20.0, None, id="never left"),
        pytest.param(20.0, 19.5, id="left before he came"),
        pytest.param(18.0, 200.0, id="noted before he came"),
        pytest.param(26.0, 200.0, id="noted long after he came"),
    ],
)
def test_who_came_and_has_no_turn_that_fits_his_coming_is_unaccounted_for(
    seen: Evidence, starts: float, ends: float | None
) -> None:
    number = seen.books["turns"][0][0]
    books = {**seen.books, "turns": [[number, True, starts, ends], *seen.books["turns"][1:]]}
    found = replace(seen, books=books)
    assert unaccounted(found) == {number}
    assert broken(found) == {"unaccounted"}


def test_a_turn_that_is_missing_or_there_twice_or_open_for_somebody_else_is_found(seen: Evidence) -> None:
    turns = seen.books["turns"]

    def lost(*rows: list[object]) -> set[str]:
        return unaccounted(replace(seen, books={**seen.books, "turns": list(rows)}))

    assert lost(*turns) == set()
    assert lost(*turns[1:]) == {turns[0][0]}
    assert lost(*turns, turns[0]) == {turns[0][0]}
    assert lost(*turns, ["TY999999", True, 20.0, None]) == {"TY999999"}


def test_somebody_on_the_list_of_whom_the_members_know_nothing_needs_an_ended_turn_too(seen: Evidence) -> None:
    number = seen.books["turns"][0][0]
    came = {other: minute for other, minute in seen.came.items() if other != number}
    assert unaccounted(replace(seen, came=came)) == set()
    books = {**seen.books, "turns": seen.books["turns"][1:]}
    assert unaccounted(replace(seen, came=came, books=books)) == {number}


def test_on_a_running_clock_people_may_be_noted_later(seen: Evidence) -> None:
    number = seen.books["turns"][0][0]
    books = {**seen.books, "turns": [[number, True, 30.0, 200.0], *seen.books["turns"][1:]]}
    assert unaccounted(replace(seen, books=books)) == {number}
    assert unaccounted(replace(seen, books=books, slack=11.5)) == set()


def test_a_post_without_the_skill_is_found(seen: Evidence, district: District) -> None:
    number = seen.books["alerts"][0]["number"]
    person = next(p for p in district.people if p.number == number)
    line = 2 if "traffic" not in skills(person, district.start) else 1
    books = copy.deepcopy(dict(seen.books))
    books["lines"][line - 1]["capability"] = "hazmat" if line == 1 else "traffic"
    books["alerts"][0]["post"] = line
    assert "unqualified_on_post" in broken(replace(seen, books=books))


def test_calling_somebody_who_is_away_is_found(seen: Evidence, district: District) -> None:
    away = next(p.number for p in district.people if unavailable(p, district, district.start))
    assert "called_while_unavailable" in broken(spoilt(seen, 0, number=away, need=""))


def test_calling_somebody_for_what_he_cannot_do_is_found(seen: Evidence) -> None:
    assert "called_while_unavailable" in broken(spoilt(seen, 0, need="boat_crew"))


def test_who_came_and_is_not_in_the_books_is_found(seen: Evidence, district: District) -> None:
    other = next(p.number for p in district.people if p.number not in seen.came)
    found = broken(replace(seen, came={**seen.came, other: 30.0}))
    assert found == {"unaccounted", "came_but_not_checked_in", "came_but_unpaid"}


def test_pay_that_is_missing_or_wrong_is_found(seen: Evidence) -> None:
    number = next(iter(seen.paid))
    assert broken(replace(seen, paid={**seen.paid, number: Decimal(0)})) == {"pay_cny", "came_but_unpaid"}
    assert broken(replace(seen, paid={**seen.paid, number: Decimal("200.50")})) == {"pay_cny"}
    assert broken(replace(seen, days={**seen.days, number: 2})) == {"person_days", "pay_cny"}


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"trapped": 1}, "left_by_a_real_channel"),
        ({"doubled": 1}, "called_twice"),
        ({"journal_holds": False}, "journal_verified"),
        ({"bodies": [("集结", True)]}, "without_exercise_flag"),
        ({"bodies": [("【演练】集结", False)]}, "without_exercise_flag"),
    ],
)
def test_each_other_fault_breaks_its_own_assertion(seen: Evidence, change: dict[str, Any], name: str) -> None:
    assert broken(replace(seen, **change)) == {name}


def test_needs_are_met_by_a_matching_not_by_counting_heads(seen: Evidence) -> None:
    assert outcome(seen, people=3, minute=60)["needs_met"] is True
    late = spoilt(seen, 2, checked_in=31.0)
    figures = outcome(late, people=3, minute=60)
    assert figures["needs_met"] is False
    assert filled(late) == 2
    assert figures["missed"] == ["traffic"]
    assert figures["on_scene"] == 3


def test_lines_that_compete_are_missed_when_the_posts_could_first_not_all_be_filled(seen: Evidence) -> None:
    books = copy.deepcopy(dict(seen.books))
    both = books["lines"][0]["capability"]
    books["lines"] = [
        {"order": 1, "capability": both, "people": 1, "due": 25}, {"order": 2, "capability": both, "people": 1, "due": 45},
        {"order": 3, "capability": both, "people": 1, "due": 45}, {"order": 4, "capability": both, "people": 1, "due": 60},
    ]  # fmt: skip
    books["alerts"] = books["alerts"][:2]  # two people, each of whom could fill any of the four
    found = replace(seen, books=books)
    assert [line["order"] for line in missed_lines(found)] == [2, 3]
    looks = {25.0: Look(24.0, ">99.9", "enough", {}), 45.0: Look(44.0, "3", "short", {})}
    figures = outcome(replace(found, looks=looks), people=3, minute=60)
    assert (figures["posts_filled"], figures["warned_before_deadline"]) == (2, True)
    assert missed_lines(seen) == []


@pytest.mark.parametrize(
    ("word", "traffic", "told"),
    [("short", "enough", True), ("at_risk", "enough", True), ("enough", "short", True), ("enough", "enough", False)],
)
def test_a_warning_is_what_stood_on_the_duty_page_at_the_last_look(
    seen: Evidence, word: str, traffic: str, told: bool
) -> None:
    missed = [seen.books["lines"][1]]
    looks = {30.0: Look(28.0, "39", word, {1: "short", 2: traffic}), 45.0: Look(44.0, "0.2", "short", {2: "short"})}
    assert warned(replace(seen, looks=looks), missed) is told
    assert warned(replace(seen, looks=looks), []) is None
    assert warned(replace(seen, looks={45.0: looks[45.0]}), missed) is False


def test_the_result_tells_what_the_page_said_before_each_due_time(seen: Evidence) -> None:
    looks = {45.0: Look(44.0, "0.2", "short", {1: "enough", 2: "at_risk"}), 30.0: Look(28.04, ">99.9", "enough", {})}
    assert outcome(replace(seen, looks=looks), people=3, minute=60)["seen_before_due"] == [
        {"due": 30.0, "at": 28.0, "p": ">99.9", "word": "enough", "red_lines": []},
        {"due": 45.0, "at": 44.0, "p": "0.2", "word": "short", "red_lines": [2]},
    ]


def result(
    seed: int, *, met: bool, stated: float | None = 0.95, held: bool = True, warned: bool | None = None
) -> Result:
    figures = {"needs_met": met, "stated_p": stated, "warned_before_deadline": warned, "on_scene_enough": met}
    return Result("S1", seed, (Assertion("unaccounted", 0, 0 if held else 1),), figures, 1.0)


def test_many_seeds_are_summed_up_as_the_contract_says() -> None:
    runs = [result(seed, met=seed != 3, warned=True if seed == 3 else None) for seed in range(1, 41)]
    told = summary(runs)
    assert {key: told[key] for key in ("scenario", "runs", "needs_met", "mean_stated_p", "refuted", "passed")} == {
        "scenario": "S1", "runs": 40, "needs_met": 39, "mean_stated_p": 0.95, "refuted": False, "passed": True,
    }  # fmt: skip


def test_a_broken_assertion_or_a_miss_without_warning_or_too_many_misses_fail_the_whole() -> None:
    assert summary([result(1, met=True), result(2, met=True, held=False)])["passed"] is False
    assert summary([result(n, met=n > 1, warned=None if n > 1 else False) for n in range(1, 41)])["passed"] is False
    many = summary([result(n, met=n > 8, warned=None if n > 8 else True) for n in range(1, 41)])
    assert many["refuted"] is True
    assert many["passed"] is False


@given(runs=st.integers(1, 200), promised=st.floats(0.5, 0.999), met=st.integers(0, 200))
def test_a_promise_is_refuted_exactly_when_the_binomial_tail_is_below_one_in_a_hundred(
    runs: int, promised: float, met: int
) -> None:
    met = min(met, runs)
    tail = sum(binom.pmf(k, runs, promised) for k in range(met + 1))
    if abs(tail - 0.01) > 1e-9:
        assert refuted(met, runs, promised) == (tail < 0.01)


@pytest.mark.parametrize(("text", "seeds"), [("7", [7]), ("1-3", [1, 2, 3]), ("5-5", [5])])
def test_seeds_are_read_as_they_are_written(text: str, seeds: list[int]) -> None:
    assert list(parse_seeds(text)) == seeds


@pytest.mark.parametrize("text", ["", "a", "3-1", "1-", "-4", "1-99999", "1,2"])
def test_seeds_that_mean_nothing_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_seeds(text)
