"""The law of one person's arrival."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import lognorm

from muster.planning.chances import arrived_by, capable
from muster.planning.problem import Need
from tests.planning.makers import people


def one(**values):
    usual = {"show": 0.5, "offset_minutes": 0.0, "mu": 3.0, "sigma": 0.3, "not_before_minutes": 0.0}
    return people(1, **{name: np.array([value]) for name, value in {**usual, **values}.items()})


def chance(minutes, **values):
    return float(arrived_by(one(**values), np.array([minutes]))[0, 0])


@given(st.floats(-5, 100), st.floats(0, 20), st.floats(1, 4), st.floats(0.05, 1))
def test_the_law_is_log_normal_after_the_offset(minutes, offset, mu, sigma):
    expected = lognorm.cdf(minutes - offset, sigma, scale=np.exp(mu))
    assert chance(minutes, offset_minutes=offset, mu=mu, sigma=sigma) == pytest.approx(expected, abs=1e-12)


@given(st.floats(1, 60), st.floats(0.5, 60), st.floats(-20, 10))
def test_not_having_come_by_now_conditions_the_law(later, since, offset):
    law = lognorm(0.4, scale=np.exp(2.5))
    minutes = since + later
    known, then = law.cdf(since - offset), law.cdf(minutes - offset)
    if known > 0.999:
        return
    expected = (then - known) / (1 - known)
    got = chance(minutes, offset_minutes=offset, mu=2.5, sigma=0.4, not_before_minutes=since)
    assert got == pytest.approx(expected, abs=1e-9)
    assert chance(since, offset_minutes=offset, mu=2.5, sigma=0.4, not_before_minutes=since) == 0


def test_somebody_long_overdue_still_has_a_law():
    got = [chance(m, mu=1.0, sigma=0.1, not_before_minutes=100.0) for m in (100, 100.5, 101, 120)]
    assert got[0] == 0
    assert got[1] < got[2] < got[3] <= 1
    assert got[3] > 0.99


@pytest.mark.parametrize(("minutes", "expected"), [(9.9, 0), (10.5, 1), (30, 1)])
def test_without_spread_he_comes_at_one_moment(minutes, expected):
    assert chance(minutes, mu=np.log(10), sigma=0.0) == expected


def test_without_spread_and_overdue_he_may_come_at_any_moment():
    assert chance(20, mu=np.log(10), sigma=0.0, not_before_minutes=15.0) == 1
    assert chance(15, mu=np.log(10), sigma=0.0, not_before_minutes=15.0) == 0


def test_people_on_site_are_on_site_whatever_was_seen_before():
    assert chance(0.0, mu=-np.inf) == 1
    assert chance(-3.0, mu=-np.inf, offset_minutes=-5.0, not_before_minutes=2.0) == 1
    assert chance(-6.0, mu=-np.inf, offset_minutes=-5.0, not_before_minutes=2.0) == 0


def test_capabilities_are_bits():
    crowd = people(3, caps=np.array([1, 2**63, 2**63 + 2], np.uint64))
    able = capable(crowd, (Need(0, 1, 30), Need(63, 1, 30), Need(1, 1, 30)))
    assert able.tolist() == [[True, False, False], [False, True, False], [False, True, True]]
