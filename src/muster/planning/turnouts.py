"""Random turnouts: who comes, by which due time, under shared shocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from muster.planning.arrays import Bools, Floats, Indices, Ints
from muster.planning.field import Field
from muster.planning.hall import counts_of
from muster.planning.normal import normal_share
from muster.planning.problem import Problem

Numbers: TypeAlias = NDArray[np.int16] | NDArray[np.int32]

Z_LEVELS = 64
TOWN_LEVELS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Shocks:
    """Shared shocks of T turnouts: district (T,) and per group (groups, T), group 0 having none."""

    district: Floats
    towns: Floats


def fresh_shocks(problem: Problem, groups: int, turnouts: int, rng: np.random.Generator) -> Shocks:
    """Independent draws, for certificates."""
    district = problem.shock_mean + problem.shock_sd * rng.standard_normal(turnouts)
    towns = np.zeros((groups, turnouts))
    if groups > 1:
        towns[1:] = rng.standard_normal((groups - 1, turnouts))
    return Shocks(district, towns)


def coming(field: Field, rows: Indices, shocks: Shocks) -> NDArray[np.float32]:
    """P(person comes | shocks): (rows, T). Single precision is as fine as the uniform numbers it is held to."""
    problem = field.problem
    load = field.loading[rows]
    # People of no town have no second shock; their own luck takes its share, so that P(comes) stays `show`.
    shared = problem.rho + problem.rho_town * (field.group[rows] > 0)
    scale = 1 / np.sqrt(1 - shared * load**2)
    score = np.outer((np.sqrt(problem.rho) * load * scale).astype(np.float32), shocks.district.astype(np.float32))
    if problem.rho_town > 0:
        own = (np.sqrt(problem.rho_town) * load * scale).astype(np.float32)
        score += own[:, None] * shocks.towns.astype(np.float32)[field.group[rows]]
    np.subtract((field.threshold[rows] * scale).astype(np.float32)[:, None], score, out=score)
    return normal_share(score)


def draw_counts(field: Field, rows: Indices, shocks: Shocks, rng: np.random.Generator) -> tuple[Bools, Ints]:
    """One independent turnout per column, as (types (J', L), how many of each type are on site in time (J', T)).

    One uniform number per person decides both whether he comes and by when: P(comes and T <= d) = show F(d).
    People who are on site already are the same in every turnout and are counted once.
    """
    type_of = field.type_of[rows]
    kinds, number = np.unique(type_of, return_inverse=True)
    number = number.reshape(type_of.shape)
    here = np.isposinf(field.threshold[rows]) & (field.by_due[rows, 0] >= 1)
    base = np.bincount(number[here, 0], minlength=len(kinds))
    counts = np.repeat(base[:, None], len(shocks.district), axis=1)
    open_rows = rows[~here]
    if len(open_rows):
        come = coming(field, open_rows, shocks)
        uniform = rng.random(come.shape, dtype=np.float32)
        counts += counts_of(_drawn(number[~here], field.by_due[open_rows], come, uniform), len(kinds))
    return field.types[kinds], counts


def types_from(
    field: Field, rows: Indices, come: Floats | NDArray[np.float32], uniform: NDArray[np.float32]
) -> Indices:
    """Type numbers for given uniforms and P(comes), both (rows, T)."""
    return _drawn(field.type_of[rows], field.by_due[rows], come.astype(np.float32), uniform).astype(np.intp)


def _drawn(type_of: Indices, by_due: Floats, come: NDArray[np.float32], uniform: NDArray[np.float32]) -> Numbers:
    """Type numbers (rows, T): type_of (rows, D + 1) says of which type a person is who has missed so many due times.

    Every due time missed moves him from one type to the next; small integers and plain passes instead of looking each
    one up are three times as fast.
    """
    kind = np.int16 if type_of.max(initial=0) < 2**15 else np.int32
    steps = np.diff(type_of, axis=1).astype(kind)
    limits = np.maximum.accumulate(by_due, axis=1).astype(np.float32)  # who was in time once stays so, rounding or not
    drawn: Numbers = np.repeat(type_of[:, :1].astype(kind), come.shape[1], axis=1)
    limit, missed, move = np.empty_like(come), np.empty(come.shape, np.bool_), np.empty_like(drawn)
    for due in range(by_due.shape[1]):
        # P(comes) may round to 1 with a uniform number below 1, never to less than 0: strict order is kept.
        np.multiply(come, limits[:, due, None], out=limit)
        np.greater_equal(uniform, limit, out=missed)
        np.multiply(missed.view(np.int8), steps[:, due, None], out=move)
        drawn += move
    return drawn


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Shocks on a fixed grid for the search, so that gains can be averaged over a newcomer's own luck.

    level (groups, T) number of the joint level; show (n, levels) P(comes | level).
    Every district level is used equally often (stratified sample), town levels are drawn.
    """

    level: Indices
    show: Floats
    count: int


def levels_for(field: Field, turnouts: int, rng: np.random.Generator) -> Levels:
    """`turnouts` is a multiple of Z_LEVELS. Levels sit at the middles of equally likely strata."""
    problem = field.problem
    district = problem.shock_mean + problem.shock_sd * ndtri((np.arange(Z_LEVELS) + 0.5) / Z_LEVELS)
    of_turnout = np.arange(turnouts) % Z_LEVELS
    if field.groups == 1:
        grid = Shocks(district, np.zeros((1, Z_LEVELS)))
        return Levels(of_turnout[None, :], coming(field, np.arange(field.size), grid).astype(np.float64), Z_LEVELS)
    town = ndtri((np.arange(TOWN_LEVELS) + 0.5) / TOWN_LEVELS)
    both = np.zeros((field.groups, Z_LEVELS * TOWN_LEVELS))
    both[1:] = np.tile(town, Z_LEVELS)
    grid = Shocks(np.repeat(district, TOWN_LEVELS), both)
    drawn = rng.integers(0, TOWN_LEVELS, (field.groups, turnouts))
    level = of_turnout[None, :] * TOWN_LEVELS + drawn
    return Levels(level, coming(field, np.arange(field.size), grid).astype(np.float64), Z_LEVELS * TOWN_LEVELS)
