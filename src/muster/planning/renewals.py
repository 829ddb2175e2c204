"""Which certificates to renew: the fewest holdings whose renewal makes a failing problem solvable, certified."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import ceil

import numpy as np

from muster.planning.arrays import Masks
from muster.planning.attempt import Run
from muster.planning.chances import arrived_by
from muster.planning.outcome import Repair
from muster.planning.problem import Problem
from muster.planning.repairs import Change, first_certified

GROWTH = 1.3
Pair = tuple[int, int]
"""(index of the person, capability bit)."""


def find_renewal(problem: Problem, lapsed: Masks, lines: tuple[int, ...], run: Run) -> Repair | None:
    """The repair "renew", or None when even renewing everything does not keep the promise.

    lapsed: uint64 masks (N,) of what each person would have with his certificates renewed; lines: the conflict set,
    whose certificates come first. Steps grow by a third; between the last step that fails and the first that holds
    the count is then halved down, so that no fewer of this order certify.
    """
    order = worth_renewing(problem, lapsed, lines)
    whole = first_certified([_change(problem, order, len(order))] if order else [], run)
    if whole is None:
        return None
    fails, holds = 0, whole
    for count in _steps(len(order)):
        found = first_certified([_change(problem, order, count)], run)
        if found is not None:
            holds = found
            break
        fails = count
    return _tightened(problem, order, fails, holds, run)


def _tightened(problem: Problem, order: list[Pair], fails: int, found: Repair, run: Run) -> Repair:
    holds = len(found.holdings)
    while holds - fails > 1:
        middle = (fails + holds) // 2
        better = first_certified([_change(problem, order, middle)], run)
        if better is None:
            fails = middle
        else:
            holds, found = middle, better
    return found


def worth_renewing(problem: Problem, lapsed: Masks, lines: tuple[int, ...]) -> list[Pair]:
    """Holdings that could help: those of the conflicting lines first, in each part the likeliest to be there first."""
    people = problem.candidates
    free = people.available & ~people.fixed
    best: dict[Pair, tuple[bool, float]] = {}
    for number, need in enumerate(problem.needs):
        bit = np.uint64(1) << np.uint64(need.capability)
        chance = people.show * arrived_by(people, np.array([need.due_minutes]))[:, 0]
        useful = free & ((lapsed & bit) != 0) & ((people.caps & bit) == 0) & (chance > 0)
        for member in np.flatnonzero(useful).tolist():
            rank = (number in lines, round(float(chance[member]), 9))
            pair = (member, need.capability)
            best[pair] = max(best.get(pair, rank), rank)
    return sorted(best, key=lambda pair: (not best[pair][0], -best[pair][1], pair))


def _steps(most: int) -> Iterable[int]:
    """1, 2, 3, 4, 6, 8 … below `most`."""
    count = 1
    while count < most:
        yield count
        count = max(count + 1, ceil(count * GROWTH))


def _change(problem: Problem, order: list[Pair], count: int) -> Change:
    caps, chosen = problem.candidates.caps.copy(), order[:count]
    for member, bit in chosen:
        caps[member] |= np.uint64(1) << np.uint64(bit)
    renewed = replace(problem, candidates=replace(problem.candidates, caps=caps))
    members = tuple(sorted({member for member, _ in chosen}))
    return renewed, Repair("renew", 0.0, 0, people=count, members=members, holdings=tuple(chosen))
