"""The problem cut down to what the search needs: useful people, merged lines, arrival ranks and types.

A person's "rank" is the first due time by which he is on site (K distinct due times, K = never). His "type" at a
rank is the set of lines he can then serve. There are few types, so turnouts are stored as small type numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from muster.planning.arrays import Bools, Floats, Indices, Ints
from muster.planning.chances import arrived_by, capable
from muster.planning.problem import Need, Problem

NEGLIGIBLE = 1e-9
"""A chance below this is none: such people are never asked."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """n useful people, L merged lines, K distinct due times, J types; type 0 is "serves nothing".

    people (n,) index in the problem; by_due (n, K) P(on site by due k | comes); type_of (n, K + 1) type at each
    rank; reach (n, L) P(on site in time for the line | comes), 0 if incapable; types (J, L); need (L,) heads;
    merged (lines of the problem,) -> line here; threshold (n,) = Phi^-1(show).
    """

    problem: Problem
    people: Indices
    fixed: Bools
    weight: Floats
    by_due: Floats
    type_of: Indices
    reach: Floats
    types: Bools
    need: Ints
    merged: Indices
    threshold: Floats
    loading: Floats
    group: Indices
    groups: int
    complete: bool

    @property
    def size(self) -> int:
        return len(self.people)

    @property
    def lines(self) -> int:
        return len(self.need)

    @property
    def show(self) -> Floats:
        return self.problem.candidates.show[self.people]

    def rows_of(self, people: Indices) -> Indices:
        """Rows of these people (problem indices); those who are of no use here are left out."""
        row = np.full(len(self.problem.candidates), -1, np.intp)
        row[self.people] = np.arange(self.size)
        found = row[people]
        return found[found >= 0]


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """What is known of everybody before anyone is left out: capability, arrival law, chance per merged line.

    by_due (N, K) is 0 for people who can serve no line.
    """

    problem: Problem
    need: Ints
    merged: Indices
    dues: Floats
    line_due: Indices
    able: Bools
    by_due: Floats
    chance: Floats


def survey(problem: Problem) -> Survey:
    """Merge equal lines and compute everybody's chances; one pass over all candidates."""
    keys = sorted({(need.capability, need.due_minutes) for need in problem.needs})
    place = {key: line for line, key in enumerate(keys)}
    merged = np.array([place[need.capability, need.due_minutes] for need in problem.needs], np.intp)
    need = np.bincount(merged, [one.people for one in problem.needs], len(keys)).astype(np.int64)
    dues, line_due = np.unique(np.array([due for _, due in keys]), return_inverse=True)
    able = capable(problem.candidates, tuple(Need(bit, 1, due) for bit, due in keys))
    # The law of arrival is asked only of those who can serve something: in a large roster that is a small part.
    of_use = np.flatnonzero(able.any(axis=1))
    by_due = np.zeros((len(able), len(dues)))
    by_due[of_use] = arrived_by(problem.candidates, dues, of_use)
    chance = problem.candidates.show[:, None] * by_due[:, line_due] * able
    chance[chance < NEGLIGIBLE] = 0
    return Survey(problem, need, merged, dues, line_due, able, by_due, chance)


def shortlist(view: Survey, generosity: float) -> tuple[Indices, bool]:
    """The people worth looking at: all fixed ones and, per line, the most likely ones (3 n_l + 60 at generosity 1).

    Also the most likely for any line at all, so that the many-sided are not lost. Returns (sorted indices, whether
    nobody useful was left out). Ties are cut by index, so that the list is the same on every machine.
    """
    people = view.problem.candidates
    useful = people.available & ~people.fixed & (view.chance.max(axis=1) > 0)
    keep = np.zeros(len(people), np.bool_)
    for line in range(len(view.need)):
        keep |= _foremost(np.where(useful, view.chance[:, line], 0), int(generosity * (3 * view.need[line] + 60)))
    keep |= _foremost(np.where(useful, view.chance.sum(axis=1), 0), int(generosity * 200))
    complete = bool((keep == useful).all())
    keep |= people.fixed & (view.chance.max(axis=1, initial=0) > 0)
    return np.flatnonzero(keep), complete


def _foremost(value: Floats, most: int) -> Bools:
    """The `most` rows of greatest positive value."""
    value = np.round(value, 12)
    chosen = value > 0
    # Most people are of no use: the zeros are kept out of the selection, which is slow where most values are equal.
    useful = value[chosen]
    if len(useful) > most:
        edge = np.partition(useful, len(useful) - most)[len(useful) - most]
        chosen = value > edge
        chosen[np.flatnonzero(value == edge)[: most - int(chosen.sum())]] = True
    return np.asarray(chosen)


def field_of(view: Survey, people: Indices, *, complete: bool) -> Field:
    """Cut the survey down to `people` (sorted problem indices)."""
    problem, all_people = view.problem, view.problem.candidates
    by_due, able = view.by_due[people], view.able[people]
    type_of, types = _types(view, able)
    towns = all_people.town[people] if problem.rho_town > 0 else np.full(len(people), -1)
    names, group = np.unique(towns, return_inverse=True)
    return Field(
        problem=problem,
        people=people,
        fixed=all_people.fixed[people],
        weight=all_people.weight[people],
        by_due=by_due,
        type_of=type_of,
        reach=by_due[:, view.line_due] * able,
        types=types,
        need=view.need,
        merged=view.merged,
        threshold=ndtri(all_people.show[people]),
        loading=all_people.loading[people],
        # Group 0 is "no town": no second shock acts on it.
        group=group + (0 if len(names) and names[0] == -1 else 1),
        groups=len(names) + (0 if len(names) and names[0] == -1 else 1),
        complete=complete,
    )


def _types(view: Survey, able: Bools) -> tuple[Indices, Bools]:
    """Number the distinct sets of lines that somebody serves at some rank; number 0 is the empty set."""
    ranks = np.arange(len(view.dues) + 1)
    in_time = ranks[:, None] <= view.line_due[None, :]
    serves = (able[:, None, :] & in_time[None, :, :]).reshape(-1, able.shape[1])
    packed = np.packbits(np.vstack([np.zeros((1, able.shape[1]), np.bool_), serves]), axis=1)
    _, first, number = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    types = np.vstack([np.zeros((1, able.shape[1]), np.bool_), serves])[first]
    return number.reshape(-1)[1:].reshape(len(able), len(ranks)), types
