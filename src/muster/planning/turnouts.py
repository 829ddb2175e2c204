"""Random turnouts: who comes, by which due time, under shared shocks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from muster.planning.arrays import Floats, Indices
from muster.planning.field import Field
from muster.planning.problem import Problem

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


def coming(field: Field, rows: Indices, shocks: Shocks) -> Floats:
    """P(person comes | shocks): (rows, T)."""
    problem = field.problem
    load = field.loading[rows, None]
    # People of no town have no second shock; their own luck takes its share, so that P(comes) stays `show`.
    shared = problem.rho + problem.rho_town * (field.group[rows, None] > 0)
    rest = np.sqrt(1 - shared * load**2)
    push = np.sqrt(problem.rho) * load * shocks.district[None, :]
    if problem.rho_town > 0:
        push = push + np.sqrt(problem.rho_town) * load * shocks.towns[field.group[rows]]
    return np.asarray(ndtr((field.threshold[rows, None] - push) / rest))


def draw_types(field: Field, rows: Indices, shocks: Shocks, rng: np.random.Generator) -> Indices:
    """One independent turnout per column: the type number of each person, (rows, T).

    One uniform number per person decides both whether he comes and by when: P(comes and T <= d) = show F(d).
    """
    come = coming(field, rows, shocks)
    uniform = rng.random(come.shape, dtype=np.float32)
    return types_from(field, rows, come, uniform)


def types_from(field: Field, rows: Indices, come: Floats, uniform: NDArray[np.float32]) -> Indices:
    """Type numbers for given uniforms and P(comes), both (rows, T)."""
    thin = come.astype(np.float32)
    by_due = field.by_due[rows].astype(np.float32)
    rank = np.zeros(come.shape, np.int16)
    for due in range(by_due.shape[1]):
        rank += uniform >= thin * by_due[:, due, None]
    place = rank + (np.arange(len(rows)) * field.type_of.shape[1])[:, None]
    types: Indices = field.type_of[rows].ravel()[place]
    return types


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
        return Levels(of_turnout[None, :], coming(field, np.arange(field.size), grid), Z_LEVELS)
    town = ndtri((np.arange(TOWN_LEVELS) + 0.5) / TOWN_LEVELS)
    both = np.zeros((field.groups, Z_LEVELS * TOWN_LEVELS))
    both[1:] = np.tile(town, Z_LEVELS)
    grid = Shocks(np.repeat(district, TOWN_LEVELS), both)
    drawn = rng.integers(0, TOWN_LEVELS, (field.groups, turnouts))
    level = of_turnout[None, :] * TOWN_LEVELS + drawn
    return Levels(level, coming(field, np.arange(field.size), grid), Z_LEVELS * TOWN_LEVELS)
