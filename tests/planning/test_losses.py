"""Losses: leaving out each person in one pass says what counting anew says, and is far quicker."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.planning import losses
from muster.planning.field import field_of, survey
from muster.planning.hall import counts_of, shortage
from tests.planning.makers import matching_fills, problem
from tests.planning.test_hall import crowds, present


def field_for(p):
    people = np.arange(len(p.candidates))
    return field_of(survey(p), people, complete=True)


def anew(drawn, gone):
    """P without these places, from the types alone: everything is counted and judged again."""
    kept = np.delete(drawn.types, gone, axis=0)
    field = drawn.field
    return float((shortage(field.types, field.need, counts_of(kept, len(field.types))).missing == 0).mean())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("town", [False, True])
def test_each_person_left_out_in_one_pass_is_counted_anew_to_the_last_digit(seed, town):
    given = {"rho_town": 0.02, "town": np.arange(40) % 3} if town else {}
    drawn = losses.draw(field_for(problem(40, seed, **given)), np.arange(40), seed, 700)
    found = losses.drop_each(drawn)
    assert 0.2 < drawn.p < 1.0
    for person in range(40):
        assert abs(found[person] - anew(drawn, [person])) <= 1e-12
        assert abs(losses.without(drawn, np.array([person])) - found[person]) <= 1e-12
    assert (found < drawn.p).any()


def test_more_lines_than_subsets_can_be_listed_of_say_the_same():
    needs = tuple((bit, 1, 60.0) for bit in range(14))
    drawn = losses.draw(field_for(problem(70, 3, needs=needs, share=0.3)), np.arange(70), 5, 60)
    found = losses.drop_each(drawn)
    assert drawn.good.any()
    for person in range(70):
        assert abs(found[person] - anew(drawn, [person])) <= 1e-12


@pytest.mark.parametrize("gone", [[], [0], [3, 4, 9], list(range(20))])
def test_several_left_out_together_are_counted_anew(gone):
    drawn = losses.draw(field_for(problem(50, 1)), np.arange(50), 2, 900)
    assert losses.without(drawn, np.array(gone, np.intp)) == pytest.approx(anew(drawn, gone), abs=1e-12)


def test_one_pass_is_fifty_times_quicker_than_counting_anew():
    drawn = losses.draw(
        field_for(problem(220, 0, needs=((0, 30, 45.0), (1, 30, 45.0), (2, 20, 30.0)))), np.arange(220), 1, 4000
    )

    def seconds(work):
        began = time.perf_counter()
        work()
        return time.perf_counter() - began

    one_pass = min(seconds(lambda: losses.drop_each(drawn)) for _ in range(3))
    some = min(seconds(lambda: [anew(drawn, [person]) for person in range(10)]) for _ in range(3))
    assert some / 10 * 220 >= 50 * one_pass


def test_who_is_so_late_that_he_never_comes_is_lost():
    drawn = losses.draw(field_for(problem(50, 1)), np.arange(50), 2, 900)
    places = np.array([2, 5, 6])
    never = np.zeros((3, drawn.field.by_due.shape[1]))
    assert losses.later(drawn, places, never) == losses.without(drawn, places)
    assert losses.later(drawn, places, drawn.field.by_due[places]) == drawn.p
    half = losses.later(drawn, places, drawn.field.by_due[places] * 0.5)
    assert losses.without(drawn, places) <= half <= drawn.p


def test_a_limit_lies_below_what_was_counted():
    drawn = losses.draw(field_for(problem(50, 1)), np.arange(50), 2, 900)
    assert 0 < drawn.low(drawn.p, 0.99) < drawn.p


def test_nobody_drawn_is_nobody_lost():
    field = field_for(problem(20, 1))
    drawn = losses.draw(field, np.zeros(0, np.intp), 2, 50)
    assert losses.drop_each(drawn).shape == (0,)
    assert drawn.p == 0.0


@given(crowds())
@settings(max_examples=120)
def test_a_line_is_tight_exactly_where_one_person_less_of_it_would_be_missed(crowd):
    types, need, counts = crowd
    for tight_of in (losses._tight_by_subsets, _by_paths):
        for turnout in range(counts.shape[1]):
            able = present(types, counts, turnout)
            if not matching_fills(able, need.tolist()):
                continue
            (tight,) = tight_of(types, need, counts[:, turnout : turnout + 1])
            for number, person in enumerate(able):
                still = matching_fills([*able[:number], *able[number + 1 :]], need.tolist())
                assert still == (not (np.array(person, bool) & tight).any())


def _by_paths(types, need, counts):
    return np.array([losses._tight_by_paths(types, need, counts[:, turnout]) for turnout in range(counts.shape[1])])


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=5, deadline=None)
def test_the_same_seed_draws_the_same_turnouts(seed):
    field = field_for(problem(20, 1))
    one, other = (losses.draw(field, np.arange(20), seed, 60) for _ in range(2))
    assert (one.types == other.types).all()
    assert one.p == other.p


def test_a_turnout_without_anybody_leaves_no_line_relaxed():
    types, need = np.array([[False], [True]]), np.array([1])
    assert losses._tight_by_paths(types, need, np.array([0, 0])).tolist() == [True]
