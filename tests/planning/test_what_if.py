"""What if more people had been called: against scipy's beta-binomial, a simulation, and cases that need no arithmetic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom

from muster.core.errors import InvalidInput
from muster.planning.what_if import MOST_EXTRA, LineFacts, at_least, spread, what_if


@given(st.integers(0, 12), st.integers(0, 40), st.floats(0.2, 60), st.floats(0.2, 60))
def test_at_least_is_the_tail_of_the_beta_binomial(need, extra, a, b):
    assert at_least(need, extra, a, b) == pytest.approx(float(betabinom.sf(need - 1, extra, a, b)), abs=1e-9)


def test_the_chance_agrees_with_a_simulation_of_one_share_for_all_extra_people():
    line = LineFacts(people=10, missing=3, called=20, came=9, expected_share=0.6)
    rng = np.random.default_rng(4)
    share = rng.beta(9 + 2 * 0.6, 11 + 2 * 0.4, 200_000)
    seen = (rng.binomial(8, share) >= 3).mean()
    found = what_if([line], [8], 0.9)
    assert found.p == pytest.approx(seen, abs=0.005)
    assert found.came == pytest.approx(8 * share.mean(), abs=0.02)
    low, mean, high = found.lines[0].share
    assert (low, high) == pytest.approx(tuple(np.quantile(share, (0.05, 0.95))), abs=0.005)
    assert low < mean < high


def test_a_line_that_was_full_stays_full_and_needs_nobody():
    found = what_if([LineFacts(5, 0, 10, 6)], [0], 0.95)
    assert (found.p, found.came, found.lines[0].enough) == (1.0, 0.0, 0)


def test_the_fewest_that_are_enough_are_enough_and_one_less_is_not():
    line = LineFacts(people=10, missing=4, called=30, came=15)
    fewest = what_if([line], [0], 0.9).lines[0].enough
    assert fewest is not None
    assert what_if([line], [fewest], 0.9).p >= 0.9 > what_if([line], [fewest - 1], 0.9).p


def test_where_nobody_ever_comes_no_number_is_enough():
    assert what_if([LineFacts(9, 9, 400, 0, 0.0)], [10], 0.9).lines[0].enough is None


def test_all_lines_have_to_be_full():
    lines = [LineFacts(3, 1, 10, 5), LineFacts(3, 2, 10, 5)]
    found = what_if(lines, [4, 4], 0.9)
    assert found.p == pytest.approx(found.lines[0].p * found.lines[1].p)
    assert found.came == pytest.approx(found.lines[0].came + found.lines[1].came)


@pytest.mark.parametrize("extra", [[-1], [MOST_EXTRA + 1], [1, 1]])
def test_impossible_counts_are_refused(extra):
    with pytest.raises(InvalidInput, match=r"planning\.what_if"):
        what_if([LineFacts(3, 1, 10, 5)], extra, 0.9)


@given(st.integers(0, 500), st.lists(st.integers(0, 300), min_size=1, max_size=8))
def test_people_are_spread_in_proportion_and_nobody_is_lost(total, weights):
    found = spread(total, weights)
    assert sum(found) == total
    if sum(weights):
        assert all(abs(got - total * weight / sum(weights)) < 1 for got, weight in zip(found, weights, strict=True))


def test_without_weights_or_lines():
    assert spread(7, [0, 0, 0]) == [3, 2, 2]
    assert spread(7, []) == []
