"""Units as decision blocks: offices call a unit through its leader, not scattered people.

Policy `units`: a unit is called with its leader and at least a smallest group, and each unit called costs something
beyond its people (a telephone call, a vehicle, a leader's evening). The promise is the same and is certified the same
way; what the policy costs in alerts is the price of cohesion.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from muster.planning.arrays import Bools, Indices, Ints
from muster.planning.attempt import SAMPLE, Deadline, Run, goal_of, plan_of, sample_size, start_run
from muster.planning.certify import Certificate
from muster.planning.field import Field, field_of, survey
from muster.planning.looks import Tally
from muster.planning.outcome import Plan, Shortfall
from muster.planning.problem import InvalidProblem, Problem
from muster.planning.search import Sample
from muster.planning.shortfall import explain
from muster.planning.unit_moves import Group, Roster, close, cost_of, grow, recreate, trim

ROUNDS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """How the candidates hang together.

    unit        (N,) number of each person's unit, -1 for none (such people are not newly called under this policy)
    leader      (N,) may lead his unit
    touch_cost  what calling one more unit costs, in alerts (>= 0)
    smallest    fewest people of a unit that is called, its leader among them (>= 1)
    """

    unit: Ints
    leader: Bools
    touch_cost: float
    smallest: int

    def __post_init__(self) -> None:
        if self.unit.shape != self.leader.shape:
            raise InvalidProblem("planning.array_shape", field="leader", expected=len(self.unit))
        if self.smallest < 1:
            raise InvalidProblem("planning.not_positive", field="smallest", index=0)
        if not (np.isfinite(self.touch_cost) and self.touch_cost >= 0):
            raise InvalidProblem("planning.negative", field="touch_cost", index=0)


@dataclass(frozen=True, slots=True, eq=False)
class UnitPlan:
    """plan: the alerts as of any plan; leaders: unit number -> index of the person through whom it is called, for the
    units newly called; cost: alerts by weight and the touch cost of those units."""

    plan: Plan
    leaders: dict[int, int]
    cost: float


def solve_units(
    problem: Problem, blocks: Blocks, *, seed: int, deadline: Deadline | None = None, repairs: bool = True
) -> UnitPlan | Shortfall:
    """The cheapest set of whole blocks with certified P >= target, or a Shortfall when all units together do not do.

    Units with people who are fixed already are open: more of theirs may be called at the price of the person alone.
    Equal arguments give equal answers.
    """
    if blocks.unit.shape != (len(problem.candidates),):
        raise InvalidProblem("planning.array_shape", field="unit", expected=len(problem.candidates))
    run = start_run(seed, 1.0, deadline)
    narrowed = _only(problem, _callable(problem, blocks))
    view = survey(narrowed)
    useful = (narrowed.candidates.available | narrowed.candidates.fixed) & (view.chance.max(axis=1) > 0)
    field = field_of(view, np.flatnonzero(useful), complete=True)
    roster = roster_of(narrowed, blocks, field)
    sample = Sample(field, run.search, sample_size(SAMPLE, problem.target), run.alive)
    sample.restart(np.flatnonzero(field.fixed))
    found = _search(sample, roster, goal_of(problem.target), run)
    if found is None:
        return explain(field, run, repairs=repairs)
    return _answer(field, roster, *found)


def _callable(problem: Problem, blocks: Blocks) -> Bools:
    """Who may be called under the policy: people of units that have a leader and enough others, or are open already."""
    people = problem.candidates
    size = int(blocks.unit.max(initial=-1)) + 1
    inside = blocks.unit >= 0
    free = people.available & ~people.fixed & inside
    count = np.bincount(blocks.unit[free], minlength=size)
    led = np.bincount(blocks.unit[free & blocks.leader], minlength=size) > 0
    opened = np.bincount(blocks.unit[people.fixed & inside], minlength=size) > 0
    good = opened | (led & (count >= blocks.smallest))
    return np.asarray(inside & np.append(good, False)[blocks.unit])


def _only(problem: Problem, allowed: Bools) -> Problem:
    people = problem.candidates
    return replace(problem, candidates=replace(people, available=people.available & allowed))


def roster_of(problem: Problem, blocks: Blocks, field: Field) -> Roster:
    """The units as the search sees them: rows of the field, and for each a leader who is of no other use, if need be."""
    people = problem.candidates
    row_of = np.full(len(people), -1, np.intp)
    row_of[field.people] = np.arange(field.size)
    opened = set(blocks.unit[people.fixed & (blocks.unit >= 0)].tolist())
    groups = []
    for unit in np.unique(blocks.unit[people.available & (blocks.unit >= 0)]).tolist():
        inside = np.flatnonzero((blocks.unit == unit) & people.available & ~people.fixed)
        rows = row_of[inside]
        groups.append(
            Group(
                unit=unit,
                rows=rows[rows >= 0],
                leads=blocks.leader[inside][rows >= 0],
                spare=inside[rows < 0],
                spare_leads=blocks.leader[inside][rows < 0],
                weight=people.weight,
                opened=unit in opened,
            )
        )
    return Roster(tuple(groups), blocks.touch_cost, blocks.smallest)


def _search(sample: Sample, roster: Roster, goal: float, run: Run) -> tuple[Indices, Certificate, Tally] | None:
    for _ in range(ROUNDS):
        grow(sample, roster, goal)
        while sample.tighten():
            grow(sample, roster, goal)
        trim(sample, roster, goal)
        close(sample, roster, goal)
        run.alive()
        recreate(sample, roster, goal, run.search)
        sample.restart(sample.rows)
        grow(sample, roster, goal)
    return _proven(sample, roster, run)


def _proven(sample: Sample, roster: Roster, run: Run) -> tuple[Indices, Certificate, Tally] | None:
    """Certify; as long as it does not hold, aim higher on a fresh sample."""
    field, steps = sample.field, 1
    while True:
        run.alive()
        proof, counted = run.look(field, sample.rows)
        if proof.p_low >= field.problem.target:
            return sample.rows, proof, counted
        sample.restart(sample.rows)
        before = len(sample.types)
        for _ in range(steps):
            grow(sample, roster, 2.0, most=1)
        if len(sample.types) == before:
            return None
        steps *= 2


def _answer(field: Field, roster: Roster, rows: Indices, proof: Certificate, counted: Tally) -> UnitPlan:
    plan = plan_of(field, rows, proof, counted)
    chosen = set(rows.tolist())
    alert, leaders = plan.alert, {}
    for group in roster.groups:
        taken = [row for row in group.rows.tolist() if row in chosen]
        if not taken or group.opened:
            continue
        fillers, leader = group.fillers(taken, roster.smallest, field.people)
        leaders[group.unit] = leader
        alert = np.union1d(alert, np.array(fillers, np.int64))
    posts = np.full(len(alert), -1, np.int64)
    posts[np.searchsorted(alert, plan.alert)] = plan.posts
    whole = replace(plan, alert=alert.astype(np.int64), posts=posts)
    return UnitPlan(whole, leaders, cost_of(roster, chosen, field))
