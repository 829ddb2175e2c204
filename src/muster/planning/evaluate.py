"""What a given choice of people is worth: for choices made by hand, for the live forecast and for early release."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.planning.arrays import Floats, Indices, Ints
from muster.planning.attempt import forecasts
from muster.planning.certify import certificate
from muster.planning.chances import arrived_by
from muster.planning.field import Field, field_of, survey
from muster.planning.looks import TURNOUTS, tally
from muster.planning.outcome import LineForecast
from muster.planning.posts import line_of
from muster.planning.problem import InvalidProblem, Problem
from muster.planning.release import can_release
from muster.planning.turnouts import coming, fresh_shocks

__all__ = ["Band", "Evaluation", "can_release", "evaluate"]

BAND_TURNOUTS = 1000
BAND_POINTS = 25


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """Forecast of people on site over time: minutes (M,), and the 5 %, 50 % and 95 % points of the count (M,)."""

    minutes: Floats
    low: Floats
    median: Floats
    high: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """P(all lines filled) with limits at 99 %, the lines, the forecast band, people on site by the last due time."""

    p_hat: float
    p_low: float
    p_high: float
    confidence: float
    turnouts: int
    per_line: tuple[LineForecast, ...]
    band: Band
    expected_present: float


def evaluate(problem: Problem, alert: Ints, *, seed: int, turnouts: int = TURNOUTS) -> Evaluation:
    """Evaluate alerting `alert` (indices; the fixed people are included anyway) on fresh turnouts."""
    members = chosen(problem, alert)
    field = field_of(survey(problem), members, complete=True)
    law, band_law = (np.random.default_rng(part) for part in np.random.SeedSequence(seed).spawn(2))
    rows = np.arange(field.size)
    counted = tally(field, rows, law, turnouts)
    proof = certificate(field, counted, tries=1, seed=seed)
    posts = line_of(problem, members)
    assigned = np.bincount(posts[posts >= 0], minlength=len(problem.needs))
    return Evaluation(
        p_hat=proof.p_hat,
        p_low=proof.p_low,
        p_high=proof.p_high,
        confidence=proof.confidence,
        turnouts=turnouts,
        per_line=forecasts(field, proof, counted, assigned),
        band=forecast_band(field, band_law),
        expected_present=float(field.show @ field.by_due[:, -1]),
    )


def chosen(problem: Problem, alert: Ints) -> Indices:
    """The fixed people and those named, once each and sorted; InvalidProblem for an index that does not exist."""
    named = np.asarray(alert, np.int64).reshape(-1)
    size = len(problem.candidates)
    if len(named) and (named.min() < 0 or named.max() >= size):
        raise InvalidProblem("planning.unknown_candidate", most=size - 1)
    taken = problem.candidates.fixed.copy()
    taken[named] = True
    return np.flatnonzero(taken)


def forecast_band(field: Field, rng: np.random.Generator) -> Band:
    """Counts of people on site at 25 points from now to half as long again as the last due time."""
    end = max(30.0, 1.5 * max(need.due_minutes for need in field.problem.needs))
    minutes = np.linspace(0.0, end, BAND_POINTS)
    by_minute = arrived_by(field.problem.candidates, minutes, field.people)
    shocks = fresh_shocks(field.problem, field.groups, BAND_TURNOUTS, rng)
    come = coming(field, np.arange(field.size), shocks)
    uniform = rng.random(come.shape)
    counts = np.empty((BAND_POINTS, BAND_TURNOUTS))
    for point in range(BAND_POINTS):
        counts[point] = (uniform < come * by_minute[:, point, None]).sum(axis=0)
    low, median, high = np.quantile(counts, (0.05, 0.5, 0.95), axis=1, method="inverted_cdf")
    return Band(minutes, low, median, high)
