"""Exact tails against enumeration, scipy and the scenario's oracle table."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, betabinom, binom

from muster.planning.problem import InvalidProblem
from muster.planning.tails import (
    at_least,
    betabinomial_at_least,
    binomial_at_least,
    clopper_pearson,
    count_distribution,
    smallest_call,
)

ORACLE = [(200, 0.5, 434), (200, 0.6, 358), (200, 0.7, 304), (200, 0.8, 263), (200, 0.9, 231), (40, 0.7, 66)]
ORACLE += [(24, 0.7, 41), (12, 0.7, 22), (6, 0.7, 12), (4, 0.7, 9), (2, 0.7, 5)]


@pytest.mark.parametrize(("k", "p", "n"), ORACLE)
def test_the_oracle_table_of_independent_people(k, p, n):
    assert smallest_call(k, p, 0.95) == n


@pytest.mark.parametrize(("icc", "n"), [(0.01, 327), (0.03, 359)])
def test_the_oracle_table_of_people_who_answer_alike(icc, n):
    assert smallest_call(200, 0.7, 0.95, icc=icc) == n


@given(st.lists(st.floats(0, 1), min_size=1, max_size=7))
def test_unequal_chances_are_those_of_listing_every_outcome(chances):
    expected = np.zeros(len(chances) + 1)
    for outcome in product((0, 1), repeat=len(chances)):
        expected[sum(outcome)] += np.prod([p if hit else 1 - p for p, hit in zip(chances, outcome, strict=True)])
    assert count_distribution(np.array(chances)) == pytest.approx(expected, abs=1e-12)


def test_many_rows_at_once_are_the_rows_one_by_one():
    chances = np.random.default_rng(1).random((3, 5))
    assert at_least(chances, 2) == pytest.approx([float(at_least(row, 2)) for row in chances])


@pytest.mark.parametrize(("k", "expected"), [(0, 1.0), (-1, 1.0), (4, 0.0)])
def test_nobody_is_always_enough_for_nobody_and_never_for_too_many(k, expected):
    assert at_least(np.array([0.5, 0.5, 0.5]), k) == expected
    assert binomial_at_least(3, 0.5, k) == expected
    assert betabinomial_at_least(3, 0.5, k, 0.1) == expected


@given(st.integers(1, 300), st.floats(0.01, 0.99), st.data())
def test_binomial_tails_agree_with_scipy(n, p, data):
    k = data.draw(st.integers(1, n))
    assert binomial_at_least(n, p, k) == pytest.approx(binom.sf(k - 1, n, p), rel=1e-9, abs=1e-13)


@given(st.integers(1, 200), st.floats(0.05, 0.95), st.floats(0.005, 0.5), st.data())
def test_beta_binomial_tails_agree_with_scipy(n, p, icc, data):
    k = data.draw(st.integers(1, n))
    a, b = p * (1 - icc) / icc, (1 - p) * (1 - icc) / icc
    assert betabinomial_at_least(n, p, k, icc) == pytest.approx(betabinom.sf(k - 1, n, a, b), rel=1e-7, abs=1e-10)


@given(st.integers(1, 40), st.floats(0.2, 1.0), st.floats(0.5, 0.99))
def test_the_smallest_call_is_enough_and_one_fewer_is_not(k, p, target):
    n = smallest_call(k, p, target)
    assert binomial_at_least(n, p, k) >= target
    assert n == k or binomial_at_least(n - 1, p, k) < target


def test_people_who_certainly_come_are_called_once_each():
    assert smallest_call(7, 1.0, 0.99, icc=0.2) == 7


@pytest.mark.parametrize(
    "bad", [(0, 0.5, 0.9, 0), (1, 0.0, 0.9, 0), (1, 1.1, 0.9, 0), (1, 0.5, 1.0, 0), (1, 0.5, 0.9, 1.0)]
)
def test_a_call_without_an_answer_is_refused(bad):
    with pytest.raises(InvalidProblem):
        smallest_call(*bad)


def test_people_who_all_stay_away_together_can_not_be_outnumbered():
    with pytest.raises(InvalidProblem):
        smallest_call(5, 0.05, 0.95, icc=0.9)


@given(st.integers(1, 500), st.floats(0.5, 0.9999), st.data())
def test_exact_limits_agree_with_the_beta_quantiles(n, confidence, data):
    k = data.draw(st.integers(0, n))
    low, high = clopper_pearson(k, n, confidence)
    assert low == pytest.approx(beta.ppf(1 - confidence, k, n - k + 1) if k else 0.0, abs=1e-9)
    assert high == pytest.approx(beta.ppf(confidence, k + 1, n - k) if k < n else 1.0, abs=1e-9)
    assert low <= k / n <= high
