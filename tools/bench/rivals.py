"""How callouts are planned elsewhere, on the same problem: rows of people to alert. Each is given every fairness.

All take the chances that Muster's planner sees (`Survey.chance` (N, L): comes, able and in time) and answer with the
indices of those to alert. None of them is told the correlation unless it says so.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from muster.planning.arrays import Floats, Indices
from muster.planning.field import Survey
from muster.planning.tails import at_least

SHOCKS = 64


def everyone_with_the_skill(view: Survey) -> Indices:
    """The blast: all who can serve any line."""
    return np.flatnonzero(view.chance.max(axis=1) > 0)


def nearest_twice_over_mean(view: Survey) -> Indices:
    """Line by line the nearest able people, twice as many as would be right on average (2 n / mean chance to come)."""
    show = view.problem.candidates.show
    taken = np.zeros(len(show), np.bool_)
    for line, need in enumerate(view.need.tolist()):
        able = _nearest(view, line, taken)
        wanted = int(np.ceil(2 * need / max(float(show[able].mean()), 1e-9))) if len(able) else 0
        taken[able[:wanted]] = True
    return np.flatnonzero(taken)


def greedy_nearest_first(view: Survey) -> Indices:
    """Lines in order, nearest first, until the expected number in time reaches the need; one line per person."""
    taken = np.zeros(len(view.problem.candidates), np.bool_)
    for line, need in enumerate(view.need.tolist()):
        able = _nearest(view, line, taken)
        reached = np.cumsum(view.chance[able, line])
        taken[able[: int(np.searchsorted(reached, need)) + 1]] = True
    return np.flatnonzero(taken)


def _nearest(view: Survey, line: int, taken: np.ndarray) -> Indices:
    people = view.problem.candidates
    able = np.flatnonzero((view.chance[:, line] > 0) & ~taken)
    return able[np.argsort(people.offset_minutes[able] + np.exp(people.mu[able]), kind="stable")]


def fixed_lines(view: Survey) -> Indices:
    """Everybody's line is fixed beforehand, then the joint promise is kept exactly: P = mean over shocks of the product
    over lines. People go where they are best by price, heads are added where they gain most, spare ones taken out."""
    grid = ndtri((np.arange(SHOCKS) + 0.5) / SHOCKS)
    pools = _pools(view)
    law = [_given_shock(view, pool, line, grid) for line, pool in enumerate(pools)]
    heads = [min(int(need), len(pool)) for need, pool in zip(view.need.tolist(), pools, strict=True)]
    tails = [_tail(law[line], heads[line], need) for line, need in enumerate(view.need.tolist())]
    while np.prod(tails, axis=0).mean() < view.problem.target + 0.002:
        gains = []
        for line, need in enumerate(view.need.tolist()):
            more = tails[line] if heads[line] >= len(pools[line]) else _tail(law[line], heads[line] + 1, need)
            gains.append(np.prod([*tails[:line], more, *tails[line + 1 :]], axis=0).mean())
        best = int(np.argmax(gains)) if max(gains) > 0 else int(np.argmin([tail.mean() for tail in tails]))
        if heads[best] >= len(pools[best]):
            break
        heads[best] += 1
        tails[best] = _tail(law[best], heads[best], int(view.need[best]))
    return np.sort(np.concatenate([pool[:count] for pool, count in zip(pools, heads, strict=True)]))


def _pools(view: Survey) -> list[Indices]:
    """One line for everybody: where he is likeliest against how rich the line is in likely people."""
    richness = np.array([np.sort(view.chance[:, line])[-3 * int(need) :].mean() for line, need in enumerate(view.need)])
    worth = view.chance / richness
    home = np.where(worth.max(axis=1) > 0, worth.argmax(axis=1), -1)
    pools = []
    for line in range(len(view.need)):
        pool = np.flatnonzero(home == line)
        pools.append(pool[np.argsort(-view.chance[pool, line], kind="stable")])
    return pools


def _given_shock(view: Survey, pool: Indices, line: int, grid: Floats) -> Floats:
    """P(comes in time | shock): (shocks, pool)."""
    problem = view.problem
    show, rho = problem.candidates.show[pool], problem.rho
    come = ndtr((ndtri(show)[None, :] - np.sqrt(rho) * grid[:, None]) / np.sqrt(1 - rho))
    return np.asarray(come * (view.chance[pool, line] / np.maximum(show, 1e-12))[None, :])


def _tail(law: Floats, heads: int, need: int) -> Floats:
    return at_least(law[:, :heads], need)
