"""The promise: P(all lines filled) with an exact confidence limit from turnouts nobody has looked at before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.planning.arrays import Bools, Floats, Indices, Ints
from muster.planning.field import Field
from muster.planning.hall import shortage
from muster.planning.tails import clopper_pearson
from muster.planning.turnouts import draw_counts, fresh_shocks

TURNOUTS = 20_000
DOUBT = 0.01
CELLS = 150_000  # turnouts x people at once: what fits into the cache of a processor is a quarter faster
"""People x turnouts drawn at once: bounds memory and keeps a block in the cache."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """P(all lines filled) >= `p_low` holds with `confidence`, under the problem's turnout model.

    The j-th look at fresh turnouts within one solve uses up 0.01 / (j (j + 1)) of doubt, so that all looks
    together use less than 0.01 however many there are; `tries` is j.
    """

    p_low: float
    p_hat: float
    p_high: float
    turnouts: int
    confidence: float
    tries: int
    seed: int
    target: float
    rho: float
    rho_town: float


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Counts over fresh turnouts. short (L,) turnouts in which the merged line belongs to the smallest competing set;
    alone (L,) turnouts in which the line had enough people if nobody else needed them; missing (T,) empty posts;
    sets (F, L) the competing sets of the failing turnouts; arrivals (L,) mean able people in time."""

    turnouts: int
    served: int
    short: Ints
    missing: Ints
    sets: Bools
    arrivals: Floats


def tally(field: Field, rows: Indices, rng: np.random.Generator, turnouts: int = TURNOUTS) -> Tally:
    """Draw `turnouts` independent turnouts of these people and test each exactly."""
    step = max(64, min(turnouts, CELLS // max(1, len(rows))))
    missing, sets = [], []
    arrivals = np.zeros(field.lines)
    for start in range(0, turnouts, step):
        size = min(step, turnouts - start)
        shocks = fresh_shocks(field.problem, field.groups, size, rng)
        types, counts = draw_counts(field, rows, shocks, rng)
        found = shortage(types, field.need, counts)
        missing.append(found.missing)
        sets.append(found.short)
        arrivals += counts.sum(axis=1) @ types
    everything, competing = np.concatenate(missing), np.concatenate(sets)
    served = int((everything == 0).sum())
    return Tally(turnouts, served, competing.sum(axis=0), everything, competing, arrivals / turnouts)


def certificate(field: Field, counted: Tally, *, tries: int, seed: int) -> Certificate:
    """The certificate of the `tries`-th look within one solve."""
    doubt = DOUBT / (tries * (tries + 1))
    low, high = clopper_pearson(counted.served, counted.turnouts, 1 - doubt)
    problem = field.problem
    share = counted.served / counted.turnouts
    return Certificate(
        low, share, high, counted.turnouts, 1 - doubt, tries, seed, problem.target, problem.rho, problem.rho_town
    )
