"""Where the search starts: a fluid assignment in which chances simply add up (linear program, HiGHS)."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from muster.planning.arrays import Floats, Indices
from muster.planning.field import Field

ARCS_PER_LINE = 4
"""Per line the program sees this many times its heads (plus 30) of the most likely people."""


def lp_start(field: Field, cushion: float) -> Indices:
    """Rows to begin with: all fixed ones and those whom the program takes by at least half.

    minimise sum w_i y_il  s.t.  sum_l y_il <= 1,  sum_i q_il y_il >= n_l + cushion sqrt(n_l),  y >= 0.
    Fixed people cost nothing. Lines that cannot be filled take what there is.
    """
    chance = field.show[:, None] * field.reach
    person, line = _arcs(field, chance)
    if not len(person):
        return np.flatnonzero(field.fixed)
    q = chance[person, line]
    lines, people = field.lines, field.size
    wanted = field.need + cushion * np.sqrt(field.need)
    # One slack per line, dear enough to be used only where people run out.
    dear = 50.0 * field.weight.max(initial=1.0)
    cost = np.concatenate([np.where(field.fixed[person], 0.0, field.weight[person]), np.full(lines, dear)])
    count = len(person)
    columns = np.arange(count)
    rows = np.concatenate([person, people + line, people + np.arange(lines)])
    values = np.concatenate([np.ones(count), -q, -np.ones(lines)])
    matrix = csr_array(
        (values, (rows, np.concatenate([columns, columns, count + np.arange(lines)]))),
        shape=(people + lines, count + lines),
    )
    answer = linprog(cost, A_ub=matrix, b_ub=np.concatenate([np.ones(people), -wanted]), method="highs")
    taken = np.bincount(person, answer.x[:count], people)
    return np.flatnonzero(field.fixed | (taken >= 0.5))


def _arcs(field: Field, chance: Floats) -> tuple[Indices, Indices]:
    """(person, line) pairs offered to the program: all of the fixed people, the most likely of the others."""
    offered = (chance > 0) & field.fixed[:, None]
    for line in range(field.lines):
        most = int(ARCS_PER_LINE * field.need[line]) + 30
        order = np.argsort(-np.round(chance[:, line], 12), kind="stable")[:most]
        offered[order, line] |= chance[order, line] > 0
    people, lines = np.nonzero(offered)
    return people, lines
