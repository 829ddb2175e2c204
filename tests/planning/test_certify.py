"""Turnouts and certificates against listing every outcome."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from muster.planning.certify import certificate
from muster.planning.field import field_of, survey
from muster.planning.looks import tally
from muster.planning.turnouts import Shocks, coming
from tests.planning.makers import exact_p, hall_missing, problem, simulate


def field(p):
    return field_of(survey(p), np.arange(len(p.candidates)), complete=True)


@given(st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_the_share_of_good_turnouts_is_the_exact_chance(seed):
    rng = np.random.default_rng(seed)
    p = problem(
        6,
        seed,
        needs=((0, 1, 45.0), (1, 1, 30.0)),
        rho=float(rng.uniform(0, 0.3)),
        loading=rng.uniform(0, 1, 6),
        shock_mean=float(rng.normal()),
        shock_sd=float(rng.uniform(0.2, 1)),
        not_before_minutes=rng.choice([0.0, 12.0], 6),
    )
    f = field(p)
    counted = tally(f, np.arange(f.size), np.random.default_rng(seed), 20_000)
    truth = exact_p(p, np.arange(6))
    assert abs(counted.served / counted.turnouts - truth) < 4.5 * np.sqrt(truth * (1 - truth) / 20_000) + 1e-9


def test_people_on_site_are_counted_in_every_turnout():
    p = problem(6, 3, needs=((0, 2, 45.0), (1, 1, 30.0)), share=0.8)
    here = np.array([True, False, True, False, False, False])
    people = replace(
        p.candidates, show=np.where(here, 1.0, p.candidates.show), mu=np.where(here, -np.inf, p.candidates.mu)
    )
    p = replace(p, candidates=people)
    f = field(p)
    counted = tally(f, np.arange(f.size), np.random.default_rng(1), 20_000)
    truth = exact_p(p, np.arange(6))
    assert 0.05 < truth < 0.999
    assert abs(counted.served / counted.turnouts - truth) < 4.5 * np.sqrt(truth * (1 - truth) / 20_000)
    alone = tally(f, f.rows_of(np.array([0, 2])), np.random.default_rng(1), 100)
    bits = np.uint64(1) << np.arange(2, dtype=np.uint64)
    assert alone.arrivals.tolist() == [float((people.caps[[0, 2]] & bit > 0).sum()) for bit in bits]


def test_towns_shake_their_people_together():
    rng = np.random.default_rng(5)
    p = problem(40, 5, needs=((0, 8, 60.0),), rho=0.05, rho_town=0.3, town=rng.integers(-1, 3, 40))
    f = field(p)
    counted = tally(f, np.arange(f.size), np.random.default_rng(1), 20_000)
    other = simulate(p, np.arange(40), 20_000, 2).mean()
    assert abs(counted.served / 20_000 - other) < 4.5 * np.sqrt(2 * other * (1 - other) / 20_000)
    calm = problem(40, 5, needs=((0, 8, 60.0),), rho=0.05)
    assert tally(field(calm), np.arange(f.size), np.random.default_rng(1)).served > counted.served


def test_people_of_no_town_come_as_often_as_they_say():
    town = np.repeat([-1, 0], 10)
    p = problem(20, 2, rho=0.1, rho_town=0.4, town=town)
    f = field(p)
    rng = np.random.default_rng(0)
    shocks = Shocks(rng.standard_normal(40_000), np.vstack([np.zeros(40_000), rng.standard_normal(40_000)]))
    mean = coming(f, np.arange(f.size), shocks).mean(axis=1)
    assert mean == pytest.approx(p.candidates.show[f.people], abs=0.01)


def test_the_chance_under_a_shock_is_the_latent_normal_one():
    p = problem(3, 1, rho=0.2, loading=np.array([0.0, 0.5, 1.0]))
    f = field(p)
    come = coming(f, np.arange(3), Shocks(np.array([1.5]), np.zeros((1, 1))))[:, 0]
    for i, load in enumerate((0.0, 0.5, 1.0)):
        latent = norm.ppf(p.candidates.show[i]) - np.sqrt(0.2) * load * 1.5
        assert come[i] == pytest.approx(norm.cdf(latent / np.sqrt(1 - 0.2 * load**2)))
    assert come[0] == pytest.approx(p.candidates.show[0])


def test_lines_that_are_short_are_counted_as_the_smallest_set_says():
    p = problem(12, 3, needs=((0, 2, 40.0), (1, 2, 40.0), (2, 1, 25.0)), rho=0.0)
    f = field(p)
    counted = tally(f, np.arange(f.size), np.random.default_rng(7), 300)
    assert counted.sets.shape[0] == 300 - counted.served
    assert (counted.short == counted.sets.sum(axis=0)).all()
    assert ((counted.missing == 0).sum()) == counted.served
    assert (counted.arrivals <= f.size).all()
    assert hall_missing([], f.need.tolist())[0] == f.need.sum()


def test_nobody_fills_nothing():
    p = problem(5, 0, show=np.zeros(5))
    f = field_of(survey(p), np.zeros(0, int), complete=True)
    counted = tally(f, np.zeros(0, int), np.random.default_rng(0), 100)
    assert counted.served == 0
    assert (counted.missing == 10).all()


def test_every_look_uses_up_doubt_and_all_looks_together_at_most_one_percent():
    p = problem(30, 0)
    f = field(p)
    counted = tally(f, np.arange(f.size), np.random.default_rng(0), 2000)
    looks = [certificate(f, counted, tries=n, seed=9) for n in (1, 2, 5)]
    assert [round(look.confidence, 6) for look in looks] == [0.995, 0.998333, 0.999667]
    assert looks[0].p_low > looks[1].p_low > looks[2].p_low
    assert sum(1 - (1 - 0.01 / (n * (n + 1))) for n in range(1, 5000)) < 0.01
    assert looks[0].p_low < looks[0].p_hat < looks[0].p_high
    assert (looks[0].seed, looks[0].target, looks[0].rho) == (9, 0.9, 0.03)


def test_the_limit_holds_as_often_as_it_says():
    p = problem(6, 11, needs=((0, 1, 45.0), (1, 1, 30.0)), rho=0.1)
    f = field(p)
    truth = exact_p(p, np.arange(6))
    rng = np.random.default_rng(3)
    low = [certificate(f, tally(f, np.arange(f.size), rng, 200), tries=1, seed=0).p_low for _ in range(400)]
    assert sum(limit > truth for limit in low) <= 8
