"""What replies tell about the shared shock, against plain numeric integration."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from muster.planning.problem import InvalidProblem
from muster.planning.replan import condition


def posterior(accept, answer, rho, replied, decline):
    """Mean and s.d. of Z by adaptive quadrature of the textbook posterior."""

    def density(z):
        total = norm.pdf(z)
        for a, said, heard in zip(accept, answer, replied, strict=True):
            p = norm.cdf((norm.ppf(a) - np.sqrt(rho) * z) / np.sqrt(1 - rho))
            total *= p if said > 0 else decline * (1 - p) if said == 0 else 1 - heard * (p + decline * (1 - p))
        return total

    mass = quad(density, -8, 8)[0]
    mean = quad(lambda z: z * density(z), -8, 8)[0] / mass
    return mean, np.sqrt(quad(lambda z: (z - mean) ** 2 * density(z), -8, 8)[0] / mass)


@given(st.integers(0, 1000), st.floats(0.01, 0.3))
@settings(max_examples=6, deadline=None)
def test_the_posterior_is_the_textbook_one(seed, rho):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 6))
    accept, answer, replied = rng.uniform(0.1, 0.9, n), rng.integers(-1, 2, n), rng.uniform(0, 1, n)
    found = condition(accept, answer, rho, replied=replied, decline=0.5)
    assert found == pytest.approx(posterior(accept, answer, rho, replied, 0.5), abs=2e-3)


def test_nobody_asked_leaves_the_prior():
    assert condition(np.zeros(0), np.zeros(0, int), 0.05) == (0.0, 1.0)


def test_a_better_turnout_than_learned_lowers_the_shock():
    accept = np.full(100, 0.6)
    good = condition(accept, np.arange(100) < 85, 0.05)
    bad = condition(accept, np.arange(100) < 30, 0.05)
    assert good.mean < -0.5 < 0.5 < bad.mean
    assert good.sd < 1
    assert bad.sd < 1


def test_silence_after_a_long_time_is_bad_news_and_none_at_the_start():
    accept, silent = np.full(50, 0.7), np.full(50, -1)
    start = condition(accept, silent, 0.05, replied=np.zeros(50))
    late = condition(accept, silent, 0.05, replied=np.full(50, 0.95))
    assert start == pytest.approx((0, 1), abs=1e-3)
    assert late.mean > 1


def test_silence_without_a_time_is_refused():
    with pytest.raises(InvalidProblem):
        condition(np.array([0.5]), np.array([-1]), 0.05)


def test_one_bad_town_says_less_about_the_district_than_the_same_answers_from_everywhere():
    accept, answer = np.full(60, 0.6), (np.arange(60) < 20).astype(int)
    everywhere = condition(accept, answer, 0.05, rho_town=0.05, town=np.arange(60) % 6)
    one_town = condition(accept, answer, 0.05, rho_town=0.05, town=np.zeros(60, int))
    unknown = condition(accept, answer, 0.05, rho_town=0.05, town=np.full(60, -1))
    ignored = condition(accept, answer, 0.05, rho_town=0.05)
    assert 0 < one_town.mean < everywhere.mean
    assert one_town.sd > everywhere.sd
    assert unknown == ignored


def test_the_posterior_is_right_on_average_over_simulated_callouts():
    rng = np.random.default_rng(0)
    accept, errors = np.full(150, 0.6), []
    for _ in range(60):
        z = rng.normal()
        p = norm.cdf((norm.ppf(0.6) - np.sqrt(0.06) * z) / np.sqrt(0.94))
        comes, heard = rng.random(150) < p, rng.random(150) < 0.8
        answer = np.where(heard & comes, 1, np.where(heard & (rng.random(150) < 0.55), 0, -1))
        found = condition(accept, answer, 0.06, replied=np.full(150, 0.8))
        errors.append((z - found.mean) / found.sd)
    assert abs(np.mean(errors)) < 3.5 / np.sqrt(60)
    assert 0.7 < np.std(errors) < 1.35
