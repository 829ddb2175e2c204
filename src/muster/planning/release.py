"""Who has accepted and need not come: early release, as many as the promise allows."""

from __future__ import annotations

import numpy as np

from muster.planning.arrays import Bools, Floats, Indices, Ints
from muster.planning.attempt import Deadline, Run, goal_of, sample_size, start_run
from muster.planning.field import Field, field_of, survey
from muster.planning.problem import InvalidProblem, Problem
from muster.planning.search import Sample

RELEASE_SAMPLE = 4096
RELEASE_TURNOUTS = 10_000


def can_release(
    problem: Problem,
    *,
    seed: int,
    releasable: Bools | None = None,
    deadline: Deadline | None = None,
    holds: bool = False,
) -> Ints:
    """Indices of fixed people who can be told not to come, with certified P >= target for those who remain.

    releasable (N,): who may be asked; by default the fixed people who have accepted (loading below 1) and are not
    on site (mu > -inf). The least missed goes first, of equals the one whose post has most people over its need, so
    that the posts told to those who remain stay filled too, then the one expected latest. Empty when even all together
    do not keep the promise.
    """
    people = problem.candidates
    allowed = people.fixed & (people.loading < 1) & ~np.isneginf(people.mu) if releasable is None else releasable
    if allowed.shape != people.fixed.shape:
        raise InvalidProblem("planning.array_shape", field="releasable", expected=len(people))
    allowed = allowed & people.fixed
    view = survey(problem)
    useful = people.fixed & (view.chance.max(axis=1) > 0)
    field = field_of(view, np.flatnonzero(useful), complete=True)
    run = start_run(seed, 1.0, deadline)
    run.turnouts = RELEASE_TURNOUTS
    everybody = np.arange(field.size)
    if not allowed.any() or not (holds or run.look(field, everybody)[0].p_low >= problem.target):
        return np.zeros(0, np.int64)
    freed = _proven(field, _order(field, np.flatnonzero(allowed[field.people]), run), run)
    useless = np.flatnonzero(allowed & ~useful)
    return np.union1d(useless, field.people[freed]).astype(np.int64)


def _order(field: Field, rows: Indices, run: Run) -> list[int]:
    """Rows in the order of release, as long as the sample keeps the goal."""
    sample = Sample(field, run.search, sample_size(RELEASE_SAMPLE, field.problem.target))
    sample.restart(np.arange(field.size))
    goal = goal_of(field.problem.target)
    people = field.problem.candidates
    expected = (people.offset_minutes + np.exp(people.mu + people.sigma**2 / 2))[field.people]
    post = people.post[field.people].astype(np.int64)
    post[post >= field.lines] = -1
    over = _over(field, post)
    left, freed = rows, list[int]()
    while len(left) and sample.served() >= goal:
        run.alive()
        lost = sample.losses(left)
        # Losses this near to the smallest are equal but for the luck of the sample.
        equal = lost <= lost.min() + 4 + 2 * np.sqrt(lost.min())
        spare = np.round(over[post[left]], 6)
        least = int(np.lexsort((left, -np.round(expected[left], 6), -spare, ~equal))[0])
        freed.append(int(left[least]))
        over[post[freed[-1]]] -= people.show[field.people[freed[-1]]]
        sample.drop(freed[-1])
        left = np.delete(left, least)
    return freed if sample.served() >= goal else freed[:-1]


def _over(field: Field, post: Ints) -> Floats:
    """How many people more than needed are expected at each line by the posts they were told, (L + 1,); the last entry,
    which post -1 finds, is for people without a post: they are spared first."""
    needs = np.array([need.people for need in field.problem.needs], np.float64)
    told = np.bincount(post[post >= 0], field.problem.candidates.show[field.people[post >= 0]], len(needs))
    return np.append(told - needs, np.inf)


def _proven(field: Field, freed: list[int], run: Run) -> Indices:
    """The longest certified beginning of the order, found by keeping 1, 2, 4, ... more of them back."""
    back = 1
    while freed:
        run.alive()
        rest = np.setdiff1d(np.arange(field.size), freed)
        if run.look(field, rest)[0].p_low >= field.problem.target:
            break
        freed = freed[:-back]
        back *= 2
    return np.array(sorted(freed), np.intp)
