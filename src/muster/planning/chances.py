"""Who is on site by when: the law of one person's arrival, and which lines he can then serve."""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr, ndtr

from muster.planning.arrays import Bools, Floats
from muster.planning.problem import Candidates, Need


def arrived_by(candidates: Candidates, minutes: Floats) -> Floats:
    """P(arrival <= m | he comes, no arrival before not_before) for each m of `minutes` (M,); shape (N, M)."""
    reached = _score(candidates, minutes[None, :], late=False)
    known = candidates.not_before_minutes - candidates.offset_minutes > 0
    chance: Floats = ndtr(reached)
    if known.any():
        chance = np.where(known[:, None], _conditional(candidates, minutes, reached), chance)
    return chance


def _score(candidates: Candidates, minutes: Floats, *, late: bool) -> Floats:
    """Standard score of `minutes` (1, M) or (N, 1) in each person's log-normal law; +-inf where it is one point."""
    left = minutes - candidates.offset_minutes[:, None]
    mu, sigma = candidates.mu[:, None], candidates.sigma[:, None]
    point = np.broadcast_to((sigma == 0) | np.isneginf(mu), left.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = (np.log(np.maximum(left, 0)) - mu) / sigma
    reached = left > np.exp(mu) if late else left >= np.exp(mu)
    return np.where(point, np.where(reached, np.inf, -np.inf), score)


def _conditional(candidates: Candidates, minutes: Floats, reached: Floats) -> Floats:
    """The law given that nothing was seen before not_before; in logarithms, since the past may be very unlikely."""
    since = candidates.not_before_minutes[:, None]
    passed = _score(candidates, since, late=True)
    with np.errstate(invalid="ignore"):
        chance = -np.expm1(np.minimum(log_ndtr(-reached) - log_ndtr(-passed), 0))
    # A point law that is overdue: he may come at any moment. People on site (mu = -inf) stay where they are.
    chance = np.where(np.isposinf(passed), 1.0, chance)
    chance = np.where(minutes[None, :] > since, chance, 0.0)
    on_site = np.isneginf(candidates.mu)[:, None]
    return np.where(on_site, np.isposinf(reached), chance)


def capable(candidates: Candidates, needs: tuple[Need, ...]) -> Bools:
    """(N, L): does the person hold the capability of the line?"""
    bits = np.array([need.capability for need in needs], np.uint64)
    return ((candidates.caps[:, None] >> bits[None, :]) & np.uint64(1)).astype(np.bool_)
