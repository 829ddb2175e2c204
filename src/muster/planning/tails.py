"""Exact tails of counts: independent with unequal chances, equal chances, and beta-binomial.

No normal approximation anywhere: for small crews it is wrong by more than the promise allows.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betainc, betaincinv, betaln, gammaln

from muster.planning.arrays import Floats
from muster.planning.problem import InvalidProblem


def count_distribution(chances: Floats) -> Floats:
    """Poisson-binomial: P(exactly k of n independent events), k = 0..n, by the convolution recursion.

    `chances` (..., n) -> (..., n + 1); Y. H. Wang, On the number of successes in independent trials (1993).
    """
    law = np.zeros((*chances.shape[:-1], chances.shape[-1] + 1))
    law[..., 0] = 1
    for k in range(chances.shape[-1]):
        p = chances[..., k, None]
        law[..., 1 : k + 2] = law[..., 1 : k + 2] * (1 - p) + law[..., : k + 1] * p
        law[..., 0] *= 1 - chances[..., k]
    return law


def at_least(chances: Floats, k: int) -> Floats:
    """P(at least k of the independent events happen); `chances` (..., n) -> (...)."""
    if k <= 0:
        return np.ones(chances.shape[:-1])
    if k > chances.shape[-1]:
        return np.zeros(chances.shape[:-1])
    return np.asarray(count_distribution(chances)[..., k:].sum(axis=-1))


def binomial_at_least(n: int, p: float, k: int) -> float:
    """P(Binomial(n, p) >= k), by the incomplete beta function (exact to rounding)."""
    if k <= 0:
        return 1.0
    if k > n:
        return 0.0
    return float(betainc(k, n - k + 1, p))


def betabinomial_at_least(n: int, p: float, k: int, icc: float) -> float:
    """P(X >= k) where X is beta-binomial with mean n p and intra-class correlation `icc` in (0, 1)."""
    if k <= 0:
        return 1.0
    if k > n:
        return 0.0
    size = (1 - icc) / icc
    a, b = p * size, (1 - p) * size
    x = np.arange(k, n + 1)
    choose = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    return float(min(1.0, np.exp(choose + betaln(x + a, n - x + b) - betaln(a, b)).sum()))


def smallest_call(k: int, p: float, target: float, icc: float = 0.0) -> int:
    """How many equal people to call so that P(at least k come) >= target; InvalidProblem when no number does."""
    if k < 1 or not 0 < p <= 1 or not 0 < target < 1 or not 0 <= icc < 1:
        raise InvalidProblem("planning.call_size", k=k, p=p, target=target, icc=icc)

    def enough(n: int) -> bool:
        chance = betabinomial_at_least(n, p, k, icc) if icc > 0 and p < 1 else binomial_at_least(n, p, k)
        return chance >= target

    low, high = k - 1, k
    while not enough(high):
        low, high = high, high * 2
        if high > 1_000_000:
            raise InvalidProblem("planning.call_size", k=k, p=p, target=target, icc=icc)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def clopper_pearson(successes: int, trials: int, confidence: float) -> tuple[float, float]:
    """One-sided exact limits (low, high), each at `confidence`; Clopper and Pearson, Biometrika 26 (1934)."""
    low = float(betaincinv(successes, trials - successes + 1, 1 - confidence)) if successes else 0.0
    high = float(betaincinv(successes + 1, trials - successes, confidence)) if successes < trials else 1.0
    return low, high
