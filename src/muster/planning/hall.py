"""Can the people present fill every line, one line per person? Hall's condition, for many turnouts at once.

For a set A of lines let need(A) be its heads and hits(A) the people present who can serve a line of A. The posts
that must stay empty in the best assignment number max over A of need(A) - hits(A) (Koenig, Ore); this is 0 exactly
if everything can be filled. The sets that attain a positive maximum are closed under intersection, so there is a
smallest one: it holds just the lines that may be short in some best assignment ("these lines compete").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.planning.arrays import Bools, Indices, Ints
from muster.planning.flow import served_in_order, shortage_by_flow

SUBSET_LINES = 12
MANY_SUBSETS = 7
"""From so many lines on, taking people in order is cheaper than adding up subsets."""
FEW = 128
CACHE_CELLS = 1 << 18


@dataclass(frozen=True, slots=True, eq=False)
class Shortage:
    """missing (T,) posts that stay empty; failing (F,) turnouts with missing > 0; short (F, L) their smallest set."""

    missing: Ints
    failing: Indices
    short: Bools


def counts_of(types: NDArray[np.integer[Any]], kinds: int) -> Ints:
    """How many of each type are present: types (people, T) -> (kinds, T)."""
    turnouts = types.shape[1]
    flat = np.multiply(types, turnouts, dtype=np.intp)
    flat += np.arange(turnouts)
    return np.bincount(flat.ravel(), minlength=kinds * turnouts).reshape(kinds, turnouts)


def present_types(types: Bools, drawn: Indices) -> tuple[Bools, Ints]:
    """Only the types that occur in `drawn` (people, T): (types (J', L), counts (J', T))."""
    used = np.zeros(len(types), np.bool_)
    used[drawn.ravel()] = True
    number = np.cumsum(used) - 1
    return types[used], counts_of(number[drawn], int(used.sum()))


def shortage(types: Bools, need: Ints, counts: Ints) -> Shortage:
    """Exact for any number of lines: subsets up to SUBSET_LINES lines, maximum flow above."""
    if len(need) > SUBSET_LINES:
        return shortage_of_flow(types, need, counts)
    if len(need) < MANY_SUBSETS or counts.shape[1] < FEW or not _ample(types, need, counts):
        return _by_subsets(types, need, counts)
    hard = np.flatnonzero(~served_in_order(types, need, counts))
    found = _by_subsets(types, need, counts[:, hard])
    missing = np.zeros(counts.shape[1], np.int64)
    missing[hard] = found.missing
    return Shortage(missing, hard[found.failing], found.short)


def _ample(types: Bools, need: Ints, counts: Ints) -> bool:
    """Has every line more people than it needs, in the mean? Then taking people in order fills most turnouts."""
    return bool((types.T @ counts.mean(axis=1) > need).all())


def shortage_of_flow(types: Bools, need: Ints, counts: Ints) -> Shortage:
    """The same answer by maximum flow, asked only where taking people in order does not do."""
    used = counts.any(axis=1)
    types, counts = types[used], counts[used]
    step = max(64, CACHE_CELLS // max(1, len(types)))
    parts = [served_in_order(types, need, counts[:, at : at + step]) for at in range(0, counts.shape[1], step)]
    hard = np.flatnonzero(~np.concatenate(parts))
    missing = np.zeros(counts.shape[1], np.int64)
    missing[hard], short = shortage_by_flow(types, need, counts[:, hard])
    failing = missing[hard] > 0
    return Shortage(missing, hard[failing], short[failing])


def _by_subsets(types: Bools, need: Ints, counts: Ints) -> Shortage:
    """Subset sums in blocks of turnouts that stay in the processor's cache."""
    step = max(16, CACHE_CELLS >> len(need))
    starts = range(0, max(1, counts.shape[1]), step)
    parts = [_block_by_subsets(types, need, counts[:, start : start + step]) for start in starts]
    missing = np.concatenate([part.missing for part in parts])
    return Shortage(missing, np.flatnonzero(missing), np.concatenate([part.short for part in parts]))


def _block_by_subsets(types: Bools, need: Ints, counts: Ints) -> Shortage:
    lines, turnouts = len(need), counts.shape[1]
    kind = np.int16 if counts.sum(axis=0).max(initial=0) + need.sum() < 2**15 else np.int32
    excess = np.zeros((1 << lines, turnouts), kind)
    mask = types @ (1 << np.arange(lines))
    # Types are distinct sets, so each has its own row. excess[S] shall become
    # (people who serve only lines inside S) + (heads of the lines outside S); both are subset sums.
    excess[mask] = counts
    excess[0] = need.sum()
    excess[1 << np.arange(lines)] -= need[:, None].astype(kind)
    for line in range(lines):
        pairs = excess.reshape(1 << (lines - line - 1), 2, 1 << line, turnouts)
        pairs[:, 1] += pairs[:, 0]
    present = counts.sum(axis=0) - counts[_empty(types)].sum(axis=0)
    missing = (excess.max(axis=0) - present).astype(np.int64)
    failing = np.flatnonzero(missing)
    # S is the complement of A, and full S means A empty. The largest S is the smallest A.
    order = _large_sets_first(lines)
    best = order[np.argmax(excess[:, failing][order], axis=0)]
    inside = (best[:, None] >> np.arange(lines)[None, :]) & 1
    return Shortage(missing, failing, inside == 0)


def _empty(types: Bools) -> Indices:
    return np.flatnonzero(~types.any(axis=1))


def _large_sets_first(lines: int) -> Indices:
    sizes = np.bitwise_count(np.arange(1 << lines))
    return np.argsort(-sizes.astype(np.int64), kind="stable")
