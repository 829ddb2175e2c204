"""The fast normal distribution function, held to the exact one of another library."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from muster.planning.normal import normal_share


def test_it_agrees_with_the_exact_function_everywhere():
    score = np.linspace(-12, 12, 100_001, dtype=np.float32)
    assert np.abs(normal_share(score) - ndtr(score.astype(np.float64))).max() < 4e-7


def test_nobody_and_everybody():
    said = normal_share(np.array([-np.inf, np.inf, -40, 40], np.float32))
    assert said.tolist() == [0, 1, 0, 1]


@given(st.lists(st.floats(-50, 50, width=32), min_size=1, max_size=20))
def test_it_is_a_chance_and_leaves_what_it_was_given(scores):
    given_scores = np.array(scores, np.float32).reshape(1, -1)
    before = given_scores.copy()
    said = normal_share(given_scores)
    assert ((said >= 0) & (said <= 1)).all()
    assert said.shape == given_scores.shape
    assert (given_scores == before).all()
