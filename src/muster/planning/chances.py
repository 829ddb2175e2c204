"""Who is on site by when: the law of one person's arrival, and which lines he can then serve."""

from __future__ import annotations

import numpy as np
from scipy.special import log_ndtr, ndtr

from muster.planning.arrays import Bools, Floats, Indices
from muster.planning.problem import Candidates, Need

Law = tuple[Floats, Floats, Floats, Floats]
"""offset, mu, sigma and not_before, one column each, (n, 1)."""


def arrived_by(candidates: Candidates, minutes: Floats, people: Indices | None = None) -> Floats:
    """P(arrival <= m | he comes, no arrival before not_before) for each m of `minutes` (M,); shape (N, M), or
    (len(people), M) when only these indices are asked for."""
    which = slice(None) if people is None else people
    names = ("offset_minutes", "mu", "sigma", "not_before_minutes")
    law: Law = tuple(getattr(candidates, name)[which, None] for name in names)
    reached = _score(law, minutes[None, :], late=False)
    known = law[3] - law[0] > 0
    chance: Floats = ndtr(reached)
    if known.any():
        chance = np.where(known, _conditional(law, minutes, reached), chance)
    return chance


def _score(law: Law, minutes: Floats, *, late: bool) -> Floats:
    """Standard score of `minutes` (1, M) or (n, 1) in each person's log-normal law; +-inf where it is one point."""
    offset, mu, sigma, _ = law
    left = minutes - offset
    point = np.broadcast_to((sigma == 0) | np.isneginf(mu), left.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = (np.log(np.maximum(left, 0)) - mu) / sigma
    reached = left > np.exp(mu) if late else left >= np.exp(mu)
    return np.where(point, np.where(reached, np.inf, -np.inf), score)


def _conditional(law: Law, minutes: Floats, reached: Floats) -> Floats:
    """The law given that nothing was seen before not_before; in logarithms, since the past may be very unlikely."""
    since = law[3]
    passed = _score(law, since, late=True)
    with np.errstate(invalid="ignore"):
        chance = -np.expm1(np.minimum(log_ndtr(-reached) - log_ndtr(-passed), 0))
    # A point law that is overdue: he may come at any moment. People on site (mu = -inf) stay where they are.
    chance = np.where(np.isposinf(passed), 1.0, chance)
    chance = np.where(minutes[None, :] > since, chance, 0.0)
    on_site = np.isneginf(law[1])
    return np.where(on_site, np.isposinf(reached), chance)


def capable(candidates: Candidates, needs: tuple[Need, ...]) -> Bools:
    """(N, L): does the person hold the capability of the line?"""
    bits = np.array([need.capability for need in needs], np.uint64)
    return ((candidates.caps[:, None] >> bits[None, :]) & np.uint64(1)).astype(np.bool_)
