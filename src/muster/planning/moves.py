"""The moves of the search: add by gain, reverse delete, and exchange (ruin one, recreate one)."""

from __future__ import annotations

import numpy as np

from muster.planning.arrays import Floats
from muster.planning.search import Sample

ENOUGH_NEAR = 20
"""With fewer turnouts than this one head short, gains are mostly noise and `pull` leads instead."""


def _worth(sample: Sample) -> Floats:
    """Gain per cost of everybody who may still be added (0 for the others), rounded so that ties are ties."""
    near = int((sample.worst() == -1).sum())
    value = sample.gains() if near >= ENOUGH_NEAR else sample.pull()
    if not value.any():
        value = sample.reserve()
    value[sample.rows] = 0
    return np.asarray(np.round(value / sample.field.weight, 9))


def add_best(sample: Sample) -> bool:
    """Add the one worth most; False when nobody helps any more."""
    worth = _worth(sample)
    best = int(np.argmax(worth)) if len(worth) else 0
    if not len(worth) or worth[best] <= 0:
        return False
    sample.add(best)
    return True


def grow(sample: Sample, goal: float) -> bool:
    """Add the best one until the goal is met; False when nobody helps any more."""
    while sample.served() < goal:
        sample.alive()
        if not add_best(sample):
            return False
    return True


def trim(sample: Sample, goal: float) -> None:
    """Take out whoever is missed least per cost, as long as the goal still holds."""
    while len(rows := sample.removable):
        lost = sample.losses(rows) / sample.field.weight[rows]
        least = int(rows[np.argmin(np.round(lost, 9))])
        types = sample.drop(least)
        if sample.served() < goal:
            sample.put_back(least, types)
            return


def exchange(sample: Sample, rng: np.random.Generator) -> int:
    """One pass: take out each member in random order and put in the best one for his place; how many changed."""
    changed = 0
    weight = sample.field.weight
    for row in rng.permutation(sample.removable).tolist():
        sample.alive()
        types = sample.drop(row)
        gains = sample.gains()
        own = gains[row]
        gains[sample.rows] = -1
        # A dearer newcomer must earn his price at the rate of the one who leaves.
        merit = np.round(gains - np.where(weight == weight[row], 0, own * (weight / weight[row] - 1)), 9)
        best = int(np.argmax(merit))
        if merit[best] > merit[row] + 1e-6:
            sample.add(best)
            changed += 1
        else:
            sample.put_back(row, types)
    return changed
