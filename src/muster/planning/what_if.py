"""What a callout that is over would have given with more people called: its own facts are kept, only the extra are guessed.

Nothing is solved again. Posts that were filled stay filled and the heads that were missing stay missing. The extra people
of a line are taken to be like those called for it with the first wave: the share of them that came in time is uncertain as
Beta(came + prior, not come + prior), one and the same for all of them, so that a bad day stays a bad day. The prior weighs
PRIOR_PEOPLE people and has the share that the model expected when the callout was approved. Lines are taken one by one:
an extra person counts at his own line only, which errs on the low side.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, betaln, gammaln

from muster.core.errors import InvalidInput

PRIOR_PEOPLE = 2.0
EVEN_SHARE = 0.5  # where the model had said nothing
MOST_EXTRA = 500
INTERVAL = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class LineFacts:
    """people: posts of the line; missing: heads short at its time; of `called` (those told not to come left out) `came` in
    time; expected_share: of them by the model at approval, None where it said nothing."""

    people: int
    missing: int
    called: int
    came: int
    expected_share: float | None = None


@dataclass(frozen=True, slots=True)
class LineWhatIf:
    """extra: how many more are called; p: P(the line is full); came: mean of those who come in time of the extra; share:
    (5 %, mean, 95 %) of the share that comes; enough: fewest extra with which P reaches the target, 0 for a line that was
    full, None when MOST_EXTRA are not enough."""

    extra: int
    p: float
    came: float
    share: tuple[float, float, float]
    enough: int | None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """p: P(all lines are full), the lines taken as independent of each other given this callout; came: mean extra people."""

    p: float
    came: float
    lines: tuple[LineWhatIf, ...]


def what_if(lines: Sequence[LineFacts], extra: Sequence[int], target: float) -> WhatIf:
    """With `extra[i]` more people called for line i. InvalidInput "planning.what_if" for counts that can not be."""
    if len(lines) != len(extra) or min(extra, default=0) < 0 or sum(extra) > MOST_EXTRA:
        raise InvalidInput("planning.what_if", most=MOST_EXTRA)
    found = tuple(_line(line, count, target) for line, count in zip(lines, extra, strict=True))
    return WhatIf(float(np.prod([line.p for line in found])), sum(line.came for line in found), found)


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """`total` people over the lines in proportion to `weights` by largest remainders; the first line wins a draw. Without
    any weight they are spread evenly."""
    shares = np.asarray(weights, float) if sum(weights) else np.ones(len(weights))
    if not len(shares):
        return []
    exact = shares * total / shares.sum()
    whole = np.floor(exact).astype(int)
    for line in np.argsort(whole - exact, kind="stable")[: total - int(whole.sum())]:
        whole[line] += 1
    return [int(count) for count in whole]


def at_least(need: int, extra: int, a: float, b: float) -> float:
    """P(at least `need` of `extra` people come) when the share that comes is Beta(a, b)."""
    if need <= 0:
        return 1.0
    if need > extra:
        return 0.0
    come = np.arange(need, extra + 1)
    ways = gammaln(extra + 1) - gammaln(come + 1) - gammaln(extra - come + 1)
    return float(min(1.0, np.exp(ways + betaln(come + a, extra - come + b) - betaln(a, b)).sum()))


def _line(line: LineFacts, extra: int, target: float) -> LineWhatIf:
    expected = EVEN_SHARE if line.expected_share is None else line.expected_share
    expected = min(max(expected, 0.01), 0.99)  # the model is never certain, so neither is its prior
    a = line.came + PRIOR_PEOPLE * expected
    b = line.called - line.came + PRIOR_PEOPLE * (1 - expected)
    mean = a / (a + b)
    low, high = (float(betaincinv(a, b, point)) for point in INTERVAL)
    return LineWhatIf(
        extra, at_least(line.missing, extra, a, b), extra * mean, (low, mean, high), _enough(line, a, b, target)
    )


def _enough(line: LineFacts, a: float, b: float, target: float) -> int | None:
    """By bisection: one more person called never makes it less likely."""
    if at_least(line.missing, MOST_EXTRA, a, b) < target:
        return None
    low, high = 0, MOST_EXTRA
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if at_least(line.missing, middle, a, b) >= target else (middle + 1, high)
    return low
