"""What a choice by hand is worth, the forecast band, early release, and the posts named to people."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from muster.planning import posts, release
from muster.planning.evaluate import can_release, evaluate
from muster.planning.posts import line_of
from muster.planning.problem import InvalidProblem
from muster.planning.solve import SolveTimeout
from tests.planning.makers import exact_p, problem, simulate


def test_the_evaluation_of_a_choice_is_its_exact_chance():
    p = problem(8, 3, needs=((0, 1, 45.0), (1, 1, 30.0)), fixed=np.arange(8) == 0, rho=0.1)
    truth = exact_p(p, [1, 2, 5])
    found = evaluate(p, np.array([1, 2, 5]), seed=1)
    assert found.p_low <= truth <= found.p_high
    assert found.confidence == 0.995
    assert found.p_hat == pytest.approx(truth, abs=0.015)
    assert evaluate(p, np.array([1, 2, 5]), seed=1).p_hat == found.p_hat


@given(st.integers(0, 500), st.sets(st.integers(0, 39), max_size=15))
@settings(max_examples=10, deadline=None)
def test_more_people_never_lower_the_chance(seed, some):
    p = problem(40, seed)
    few = evaluate(p, np.array(sorted(some), int), seed=0, turnouts=4000)
    more = evaluate(p, np.array(sorted(some | {0, 7, 20})), seed=0, turnouts=4000)
    assert more.p_hat >= few.p_hat - 0.03


def test_naming_somebody_twice_or_somebody_fixed_changes_nothing():
    p = problem(30, 0, fixed=np.arange(30) < 5)
    assert evaluate(p, np.array([9, 9, 3]), seed=0).p_hat == evaluate(p, np.array([9]), seed=0).p_hat


@pytest.mark.parametrize("index", [-1, 30])
def test_somebody_who_does_not_exist_is_refused(index):
    with pytest.raises(InvalidProblem):
        evaluate(problem(30), np.array([index]), seed=0)


def test_nobody_at_all_is_a_chance_of_nothing():
    found = evaluate(problem(30), np.array([], int), seed=0)
    assert (found.p_hat, found.expected_present) == (0.0, 0.0)
    assert (found.band.high == 0).all()


def test_the_band_holds_the_arrivals_as_often_as_it_says():
    p = problem(120, 2, needs=((0, 3, 45.0),), caps=np.ones(120, np.uint64), rho=0.05)
    band = evaluate(p, np.arange(120), seed=0).band
    assert (np.diff(band.low) >= 0).all()
    assert (band.low <= band.median).all()
    assert (band.median <= band.high).all()
    at = 12
    truth = []
    rng = np.random.default_rng(3)
    c = p.candidates
    for _ in range(2000):
        comes = np.sqrt(0.05) * rng.normal() + np.sqrt(0.95) * rng.normal(size=120) < norm.ppf(c.show)
        times = c.offset_minutes + np.exp(c.mu + c.sigma * rng.normal(size=120))
        truth.append((comes & (times <= band.minutes[at])).sum())
    assert np.quantile(truth, 0.05) == pytest.approx(band.low[at], abs=3)
    assert np.median(truth) == pytest.approx(band.median[at], abs=3)
    assert np.quantile(truth, 0.95) == pytest.approx(band.high[at], abs=3)


def accepted(n=60, seed=0, **changes):
    """Everybody has accepted and is on the way."""
    usual = {
        "show": np.full(n, 0.95),
        "fixed": np.ones(n, bool),
        "available": np.zeros(n, bool),
        "loading": np.full(n, 0.2),
    }
    return problem(n, seed, needs=((0, 6, 60.0), (1, 5, 60.0)), **{**usual, **changes})


def test_people_who_are_not_needed_may_stay_at_home_and_the_promise_holds():
    p = accepted()
    freed = can_release(p, seed=0)
    assert 20 <= len(freed) < 60
    assert (np.diff(freed) > 0).all()
    rest = np.setdiff1d(np.arange(60), freed)
    kept = problem(60, 0, needs=((0, 6, 60.0), (1, 5, 60.0)), show=np.full(60, 0.95), loading=np.full(60, 0.2))
    assert simulate(kept, rest, 20_000, 4).mean() >= p.target - 0.005
    assert can_release(p, seed=0).tolist() == freed.tolist()


def test_who_has_just_certified_the_whole_need_not_have_it_looked_at_again():
    p = accepted()
    freed = can_release(p, seed=0, holds=True)
    rest = np.setdiff1d(np.arange(60), freed)
    assert 20 <= len(freed) < 60
    kept = problem(60, 0, needs=((0, 6, 60.0), (1, 5, 60.0)), show=np.full(60, 0.95), loading=np.full(60, 0.2))
    assert simulate(kept, rest, 20_000, 4).mean() >= p.target - 0.005


def test_those_of_no_use_go_first():
    caps = np.where(np.arange(60) < 10, 8, 3).astype(np.uint64)
    freed = can_release(accepted(caps=caps), seed=0)
    assert set(range(10)) <= set(freed.tolist())


def test_of_equals_the_latest_goes_first():
    n = 30
    p = accepted(n, caps=np.full(n, 3, np.uint64), mu=np.linspace(1.0, 2.0, n), sigma=np.full(n, 0.1),
                 offset_minutes=np.zeros(n))  # fmt: skip
    freed = can_release(p, seed=0)
    assert len(freed) >= 5
    assert (freed >= n - len(freed)).mean() >= 0.8


def test_of_equals_those_of_the_fullest_post_go_first_and_no_told_post_runs_dry():
    n = 36
    post = np.where(np.arange(n) < 24, 0, 1).astype(np.int16)
    p = accepted(n, caps=np.full(n, 3, np.uint64), mu=np.where(post == 1, 2.0, 1.9), sigma=np.full(n, 0.1), post=post,
                 offset_minutes=np.zeros(n))  # fmt: skip
    rest = np.setdiff1d(np.arange(n), can_release(p, seed=0))
    assert len(rest) <= 22
    assert (np.bincount(post[rest], minlength=2) >= [6, 5]).all(), "those of post 1 come later, yet enough of them stay"


def test_a_post_of_a_line_that_is_gone_is_none():
    p = accepted(post=np.full(60, 7, np.int16))
    assert len(can_release(p, seed=0)) >= 20


def test_people_on_site_and_those_who_have_not_answered_are_never_released():
    mu = np.where(np.arange(60) < 20, -np.inf, 3.0)
    loading = np.where(np.arange(60) >= 40, 1.0, 0.2)
    freed = can_release(accepted(mu=mu, loading=loading), seed=0)
    assert ((freed >= 20) & (freed < 40)).all()


def test_only_those_named_may_be_released():
    named = np.arange(60) % 2 == 0
    freed = can_release(accepted(), seed=0, releasable=named)
    assert len(freed)
    assert (freed % 2 == 0).all()
    with pytest.raises(InvalidProblem):
        can_release(accepted(), seed=0, releasable=np.ones(3, bool))


def test_nobody_is_released_where_the_promise_does_not_hold_anyway():
    assert can_release(accepted(12), seed=0).tolist() == []
    assert can_release(problem(20), seed=0).tolist() == []


def test_a_release_that_goes_too_far_is_taken_back(monkeypatch):
    fair = can_release(accepted(), seed=0)
    monkeypatch.setattr(release, "goal_of", lambda target: target - 0.3)
    bold = can_release(accepted(), seed=0)
    assert 0 < len(bold) <= len(fair) + 2


def test_a_release_that_can_not_be_certified_at_all_frees_nobody(monkeypatch):
    monkeypatch.setattr(release, "goal_of", lambda target: -1.0)
    p = accepted(11, target=0.4, caps=np.full(11, 3, np.uint64), mu=np.full(11, 2.0))
    assert can_release(p, seed=0).tolist() == []


def test_where_those_on_site_are_enough_everybody_else_stays_at_home():
    here = np.arange(60) < 30
    p = accepted(
        caps=np.full(60, 3, np.uint64),
        mu=np.where(here, -np.inf, 3.0),
        offset_minutes=np.zeros(60),
        loading=np.where(here, 0.0, 0.2),
        show=np.where(here, 1.0, 0.9),
    )
    assert can_release(p, seed=0).tolist() == list(range(30, 60))


def test_a_release_can_be_stopped():
    with pytest.raises(SolveTimeout):
        can_release(accepted(), seed=0, deadline=lambda: True)


def test_nobody_is_named_a_post_he_can_not_fill():
    p = problem(200, 3, needs=((0, 5, 45.0), (1, 5, 30.0), (2, 2, 45.0)))
    for person, post in enumerate(line_of(p, np.arange(200))):
        held = int(p.candidates.caps[person])
        if post < 0:
            assert not any(held >> need.capability & 1 for need in p.needs)
        else:
            assert held >> p.needs[post].capability & 1


def test_posts_leave_no_line_behind():
    n = 40
    p = problem(n, 0, needs=((0, 5, 60.0), (1, 5, 60.0)), caps=np.full(n, 3, np.uint64), show=np.full(n, 0.6))
    assert np.bincount(line_of(p, np.arange(n))).tolist() == pytest.approx([20, 20], abs=1)
    lopsided = problem(n, 0, needs=((0, 10, 60.0), (1, 2, 60.0)), caps=np.full(n, 3, np.uint64), show=np.full(n, 0.6))
    first, second = np.bincount(line_of(lopsided, np.arange(n)))
    assert first > 2 * second


def test_a_post_that_was_told_is_kept_and_counted():
    n = 40
    post = np.where(np.arange(n) < 20, 1, -1)
    p = problem(
        n, 0, needs=((0, 5, 60.0), (1, 5, 60.0)), caps=np.full(n, 3, np.uint64), show=np.full(n, 0.6), post=post
    )
    said = line_of(p, np.arange(n))
    assert (said[:20] == 1).all()
    assert (said[20:] == 0).sum() >= 18
    gone = problem(n, 0, needs=((0, 5, 60.0),), caps=np.full(n, 3, np.uint64), post=post)
    assert (line_of(gone, np.arange(n)) == 0).all()


def test_posts_are_settled_in_the_end_whatever_the_rounds(monkeypatch):
    monkeypatch.setattr(posts, "ROUNDS", 1)
    p = problem(60, 3, needs=((0, 5, 45.0), (1, 5, 30.0), (2, 2, 45.0)))
    assert set(line_of(p, np.arange(60)).tolist()) == {-1, 0, 1, 2}


def test_nobody_needs_no_post():
    assert line_of(problem(5), np.zeros(0, int)).tolist() == []
