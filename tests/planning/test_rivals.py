"""The rivals of the comparison table are given every fairness: each does what it says."""

from __future__ import annotations

import numpy as np
import pytest
from tools.bench import rivals

from muster.planning.field import field_of, survey
from muster.planning.looks import tally
from muster.planning.problem import Candidates, Need, Problem


@pytest.fixture
def problem() -> Problem:
    """Two lines over 120 people, a third of whom can serve both; nearer people have smaller mu."""
    rng = np.random.default_rng(7)
    size = 120
    candidates = Candidates(
        show=rng.uniform(0.4, 0.9, size), offset_minutes=np.zeros(size), mu=np.log(rng.uniform(8, 30, size)),
        sigma=np.full(size, 0.25), caps=rng.integers(1, 4, size).astype(np.uint64),
    )  # fmt: skip
    return Problem(candidates, (Need(0, 6, 60.0), Need(1, 4, 40.0)), 0.95, 0.03)


def served_share(problem: Problem, alert: np.ndarray) -> float:
    field = field_of(survey(problem), np.sort(alert), complete=False)
    counted = tally(field, np.arange(field.size), np.random.default_rng(1), 20_000)
    return counted.served / counted.turnouts


def test_the_blast_calls_everybody_who_is_of_any_use(problem):
    assert len(rivals.everyone_with_the_skill(survey(problem))) == 120


def test_the_greedy_one_stops_when_its_people_would_do_on_average(problem):
    view = survey(problem)
    alert = rivals.greedy_nearest_first(view)
    chance = view.chance[alert]
    assert chance.max(axis=1).sum() >= view.need.sum()
    assert served_share(problem, alert) < 0.95


def test_twice_over_the_mean_takes_the_nearest(problem):
    view = survey(problem)
    alert = rivals.nearest_twice_over_mean(view)
    left = np.setdiff1d(np.flatnonzero(view.chance[:, 0] > 0), alert)
    only_first = alert[(view.chance[alert, 0] > 0) & (view.chance[alert, 1] == 0)]
    assert problem.candidates.mu[only_first].max() <= problem.candidates.mu[left].min()


def test_fixed_lines_keep_the_promise_and_no_person_is_counted_twice(problem):
    alert = rivals.fixed_lines(survey(problem))
    assert len(np.unique(alert)) == len(alert)
    assert served_share(problem, alert) >= 0.95
