"""What the replies tell about the shock that everybody shares: a calm district answers as learned, another does not."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp, ndtr, ndtri

from muster.planning.arrays import Bools, Floats, Ints, Shorts
from muster.planning.problem import InvalidProblem

DECLINES_IN_WORDS = 0.55
GRID = np.linspace(-5.0, 5.0, 161)
TOWN_POINTS = 21
TINY = 1e-12


class Shock(NamedTuple):
    """Posterior mean and standard deviation of the district shock Z (prior 0, 1); below 0 more people come."""

    mean: float
    sd: float


def condition(
    accept: Floats,
    answer: Ints | Bools,
    rho: float,
    *,
    replied: Floats | None = None,
    decline: float | Floats = DECLINES_IN_WORDS,
    rho_town: float = 0.0,
    town: Shorts | None = None,
) -> Shock:
    """Posterior of Z given the answers of alerted people, by quadrature over Z (and over one shock per town).

    accept (n,) P(accepts | alerted) before anything was heard, answer (n,) 1 accepted, 0 declined, -1 silent;
    replied (n,) share of those who answer at all who would have answered by now (needed for the silent);
    decline: P(says so | does not accept), a number or (n,). Give the silent too: those who answer are mostly those
    who come, and this is put right only by counting those who do not.
    """
    answer = np.asarray(answer, np.int64)
    silent = answer < 0
    if replied is None:
        if silent.any():
            raise InvalidProblem("planning.silent_without_time", silent=int(silent.sum()))
        replied = np.ones(len(accept))
    if not len(accept):
        return Shock(0.0, 1.0)
    groups = np.full(len(accept), -1) if town is None or rho_town <= 0 else np.asarray(town)
    if rho_town <= 0 or town is None:
        rho_town = 0.0
    log_posterior = -0.5 * GRID**2
    words = np.broadcast_to(np.asarray(decline, float), accept.shape)
    for group in np.unique(groups):
        rows = groups == group
        spread = rho_town if group >= 0 else 0.0
        log_posterior += _likelihood(accept[rows], answer[rows], replied[rows], words[rows], (rho, spread))
    weight = np.exp(log_posterior - log_posterior.max())
    weight /= weight.sum()
    mean = float(weight @ GRID)
    return Shock(mean, float(np.sqrt(weight @ (GRID - mean) ** 2)))


def _likelihood(accept: Floats, answer: Ints, replied: Floats, decline: Floats, rho: tuple[float, float]) -> Floats:
    """Log likelihood of one town's answers at each point of GRID, its own shock averaged out."""
    district, town = rho
    points, log_weights = _town_points(town)
    rest = np.sqrt(1 - district - town)
    push = np.sqrt(district) * GRID[:, None] + np.sqrt(town) * points[None, :]
    threshold = ndtri(np.clip(accept, TINY, 1 - TINY))
    p = ndtr((threshold[:, None, None] - push[None, :, :]) / rest)
    says_no = decline[:, None, None] * (1 - p)
    silence = 1 - replied[:, None, None] * (p + says_no)
    kind = answer[:, None, None]
    seen = np.where(kind > 0, p, np.where(kind == 0, says_no, silence))
    return np.asarray(logsumexp(np.log(np.maximum(seen, TINY)).sum(axis=0) + log_weights[None, :], axis=1))


def _town_points(town: float) -> tuple[Floats, Floats]:
    """Gauss-Hermite points and log weights of a standard normal; one point where there is no town shock."""
    if town <= 0:
        return np.zeros(1), np.zeros(1)
    points, weights = np.polynomial.hermite_e.hermegauss(TOWN_POINTS)
    return points, np.log(weights / weights.sum())
