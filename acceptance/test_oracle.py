"""The planner's exact tails give the table of numbers to call that stands in the shared scenarios."""

import pytest

from acceptance.ground import scenarios
from muster.planning.tails import betabinomial_at_least, binomial_at_least, smallest_call

META = scenarios()["meta"]
TABLE, TARGET = META["probability_oracle"], META["target_probability"]
INDEPENDENT = [(row["k"], row["p"], row["N"]) for row in TABLE["independent"]]
ALIKE = [(row["icc"], row["N"]) for row in TABLE["correlated_betabinomial"]]
ALIKE_K, ALIKE_P = 200, 0.7  # named in the words of the table's note


def test_the_table_is_there():
    assert len(INDEPENDENT) >= 11
    assert len(ALIKE) >= 2


@pytest.mark.parametrize(("k", "p", "number"), INDEPENDENT)
def test_people_who_decide_for_themselves(k, p, number):
    assert smallest_call(k, p, TARGET) == number
    assert binomial_at_least(number, p, k) >= TARGET > binomial_at_least(number - 1, p, k)


@pytest.mark.parametrize(("icc", "number"), ALIKE)
def test_people_who_answer_alike(icc, number):
    assert smallest_call(ALIKE_K, ALIKE_P, TARGET, icc=icc) == number
    below = betabinomial_at_least(number - 1, ALIKE_P, ALIKE_K, icc)
    assert betabinomial_at_least(number, ALIKE_P, ALIKE_K, icc) >= TARGET > below
