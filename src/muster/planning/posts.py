"""Which post to name to each person in his message: every line as safe as the others."""

from __future__ import annotations

import numpy as np

from muster.planning.arrays import Floats, Indices, Ints
from muster.planning.chances import arrived_by, capable
from muster.planning.problem import Problem

ROUNDS = 4


def line_of(problem: Problem, people: Indices) -> Ints:
    """Suggested line of each of `people` (problem indices), -1 for people who can serve none; shape of `people`.
    Posts that were told already (`Candidates.post`) are kept.

    A heuristic on top of the certificate, which lets everybody serve any line he can: people with few choices
    first, each to the line that is worst off, then single moves that lift the worst of the two lines.
    """
    chance = _chances(problem, people)
    need = np.array([need.people for need in problem.needs], float)
    told = problem.candidates.post[people].astype(np.int64)
    told[told >= len(need)] = -1
    post = told.copy()
    known = told >= 0
    sure = chance[known, told[known]]
    mean, spread = np.zeros(len(need)), np.full(len(need), 0.25)
    np.add.at(mean, told[known], sure)
    np.add.at(spread, told[known], sure * (1 - sure))
    choices = (chance > 0).sum(axis=1)
    order = np.lexsort((np.arange(len(people)), -np.round(chance.max(axis=1, initial=0), 9), choices))
    for _ in range(ROUNDS):
        moved = False
        for person in order.tolist():
            if choices[person] and not known[person]:
                moved |= _place(person, chance[person], need, mean, spread, post)
        if not moved:
            break
    return post


def _chances(problem: Problem, people: Indices) -> Floats:
    dues, line_due = np.unique(np.array([need.due_minutes for need in problem.needs]), return_inverse=True)
    by_due = arrived_by(problem.candidates, dues, people)
    able = capable(problem.candidates, problem.needs)[people]
    return np.asarray(problem.candidates.show[people, None] * by_due[:, line_due] * able)


def _place(person: int, chance: Floats, need: Floats, mean: Floats, spread: Floats, post: Ints) -> bool:
    """Put one person where the line is worst off without him; True if that is a change."""
    old = post[person]
    if old >= 0:
        mean[old] -= chance[old]
        spread[old] -= chance[old] * (1 - chance[old])
    safety = np.round((mean - need) / np.sqrt(spread + 0.25), 9)
    new = int(np.argmin(np.where(chance > 0, safety, np.inf)))
    if old >= 0 and safety[old] <= safety[new]:
        new = int(old)
    mean[new] += chance[new]
    spread[new] += chance[new] * (1 - chance[new])
    post[person] = new
    return bool(new != old)
