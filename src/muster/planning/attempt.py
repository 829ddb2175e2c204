"""The search for a plan: the smallest alert set that keeps the promise.

The recipe: chances of everybody -> shortlist per line -> linear program -> common random turnouts with Hall's
condition -> add by gain, reverse delete, exchange -> certificate on fresh turnouts. Work is limited by counts, not
by a clock, so that the same problem, seed and effort give the same answer everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from muster.core.errors import MusterError
from muster.planning.arrays import Indices
from muster.planning.certify import Certificate, certificate
from muster.planning.field import Field, field_of, shortlist, survey
from muster.planning.hall import SUBSET_LINES
from muster.planning.looks import TURNOUTS, Looked, Tally, tally
from muster.planning.lp_start import lp_start
from muster.planning.moves import add_best, exchange, grow, trim
from muster.planning.outcome import LineForecast, Plan
from muster.planning.posts import line_of
from muster.planning.problem import Problem
from muster.planning.search import Sample
from muster.planning.tails import clopper_pearson

Deadline = Callable[[], bool]

SAMPLE = 4096
MANY_LINES, SAMPLE_MANY_LINES = 40, 1024
CUSHION = 1.0
MARGIN = 0.005
WIDER = 4.0
MOST_TURNOUTS = 400_000
MOST_CELLS = 60_000_000
MOST_LINE_CELLS = 400_000
"""Turnouts x lines that are tested by flow, which is slower than subsets."""
DOUBTFUL = 0.5
SPARED = 0.0005
"""So much of the target may seem to be missing before it is tried to do with one person less."""
NEAR = 0.02
"""Served on the search's turnouts at least this near to the target, a set is worth a look at fresh ones."""
QUICK = 1024

Found = tuple[Indices, Certificate, Tally]


class SolveTimeout(MusterError):
    """The caller's deadline passed before the solve was done; nothing of it may be used."""


@dataclass(slots=True)
class Run:
    """One solve: its random streams, its effort, its looks at fresh turnouts and its emergency stop."""

    seed: int
    search: np.random.Generator
    fresh: np.random.Generator
    effort: float
    deadline: Deadline | None
    turnouts: int = TURNOUTS
    tries: int = 0

    def alive(self) -> None:
        if self.deadline is not None and self.deadline():
            raise SolveTimeout("planning.timeout")

    def draw(self, field: Field, rows: Indices) -> Looked:
        """Fresh turnouts of these people, as many as the target asks for and the machine can bear."""
        enough = min(MOST_TURNOUTS, max(self.turnouts, round(200 / (1 - field.problem.target))))
        affordable = max(1000, MOST_CELLS // max(1, len(rows)))
        if field.lines > SUBSET_LINES:
            affordable = min(affordable, max(4000, MOST_LINE_CELLS // field.lines))
        return Looked(field, rows, self.fresh, min(enough, affordable))

    def prove(self, looked: Looked) -> tuple[Certificate, Tally]:
        """One more look; each look uses up its share of the doubt."""
        self.tries += 1
        counted = looked.counted()
        return certificate(looked.field, counted, tries=self.tries, seed=self.seed), counted

    def look(self, field: Field, rows: Indices) -> tuple[Certificate, Tally]:
        """One more look, at turnouts drawn for it."""
        return self.prove(self.draw(field, rows))


def start_run(seed: int, effort: float, deadline: Deadline | None) -> Run:
    search, fresh = (np.random.default_rng(part) for part in np.random.SeedSequence(seed).spawn(2))
    return Run(seed, search, fresh, effort, deadline)


def attempt(problem: Problem, run: Run) -> Plan | Field:
    """A certified plan, or the field of everybody useful when they do not suffice."""
    view = survey(problem)
    generosity = 1.0
    while True:
        people, complete = shortlist(view, generosity)
        field = field_of(view, people, complete=complete)
        found = find(field, run)
        if found is not None:
            return plan_of(field, *found)
        if complete:
            return field
        generosity *= WIDER


def find(field: Field, run: Run) -> Found | None:
    """Search one field; None when even everybody in it does not keep the promise."""
    goal = goal_of(field.problem.target)
    usual = SAMPLE if field.lines <= MANY_LINES else SAMPLE_MANY_LINES
    sample = Sample(field, run.search, sample_size(usual, field.problem.target), run.alive)
    sample.restart(lp_start(field, CUSHION))
    if sample.served() < DOUBTFUL and not hopeful(field, run):
        return None
    for _ in range(max(1, round(2 * run.effort))):
        grow(sample, goal)
        sample.tighten()
        trim(sample, goal)
        run.alive()
        exchange(sample, run.search)
        sample.restart(sample.rows)
        trim(sample, goal)
        grow(sample, goal)
        run.alive()
    found = _proven(field, sample, run)
    return None if found is None else _pruned(field, sample, run, found)


def _pruned(field: Field, sample: Sample, run: Run, found: Found) -> Found:
    """What was proved is often more than was asked: leave out who is missed least, as long as that is proved as well.

    It is tried only where what he is worth on the search's own turnouts fits into what is over.
    """
    rows, proof, counted = found
    while not field.fixed[rows].all():
        run.alive()
        sample.restart(rows)
        free = sample.removable
        worth = sample.losses(free) / field.weight[free]
        least = int(np.argmin(np.round(worth, 9)))
        loss = worth[least] * field.weight[free[least]] / sample.turnouts
        if proof.p_low - loss < field.problem.target - SPARED:
            break
        rest = rows[rows != free[least]]
        fewer, tally_of_rest = run.look(field, rest)
        if fewer.p_low < field.problem.target:
            break
        rows, proof, counted = rest, fewer, tally_of_rest
    return rows, proof, counted


def goal_of(target: float) -> float:
    """What the search aims at: the target and what the confidence limit of the certificate costs."""
    return target + MARGIN * min(1.0, (1 - target) / 0.05)


def sample_size(usual: int, target: float) -> int:
    """More turnouts for a high target, or hardly one of them would fail; a multiple of 64."""
    return usual * min(16, max(1, round(0.05 / (1 - target))))


def hopeful(field: Field, run: Run) -> bool:
    """Could everybody in the field together come near the target? A quick look that proves nothing."""
    counted = tally(field, np.arange(field.size), run.search, QUICK)
    return counted.served >= (field.problem.target - 0.03) * QUICK


def addition(problem: Problem, run: Run, size: int) -> Plan | None:
    """Smallest addition to the fixed people by gain and reverse delete alone; None if the shortlist does not do."""
    view = survey(problem)
    people, complete = shortlist(view, 0.5)
    field = field_of(view, people, complete=complete)
    sample = Sample(field, run.search, sample_size(size, problem.target), run.alive)
    rows = np.flatnonzero(field.fixed)
    sample.restart(rows)
    if sample.served() >= problem.target - NEAR:
        looked = run.draw(field, rows)
        proof, counted = run.prove(looked)
        if proof.p_low >= problem.target:
            return plan_of(field, rows, proof, counted)
    else:
        looked = None
    goal = goal_of(problem.target)
    grow(sample, goal)
    while sample.tighten():
        grow(sample, goal)
    trim(sample, goal)
    found = _proven(field, sample, run, looked)
    return None if found is None else plan_of(field, *found)


def _proven(field: Field, sample: Sample, run: Run, looked: Looked | None = None) -> Found | None:
    """Certify, adding heads until it holds: 1, 1, 2, 4, ... so that a hopeless case ends soon.

    All looks are at the same fresh turnouts, `looked` where some are there already for a part of the set: who is added
    is decided on the search's own turnouts, so the sets looked at do not hang on the fresh ones.
    """
    heads, known = 1, sample.rows
    if looked is None:
        looked = run.draw(field, known)
    else:
        looked.add(known[~field.fixed[known]])
    while True:
        run.alive()
        proof, counted = run.prove(looked)
        if proof.p_low >= field.problem.target:
            return known, proof, counted
        sample.restart(known)
        if not add_best(sample):
            return None
        for _ in range(heads - 1):
            add_best(sample)
        looked.add(np.setdiff1d(sample.rows, known))
        known = sample.rows
        heads = min(heads * 2, field.size) if run.tries > 2 else 1


def plan_of(field: Field, rows: Indices, proof: Certificate, counted: Tally) -> Plan:
    """Put the chosen rows into words of the problem."""
    members = field.people[rows]
    posts = line_of(field.problem, members)
    new = ~field.fixed[rows]
    arrival = field.show[rows] @ field.by_due[rows, -1]
    return Plan(
        alert=members[new].astype(np.int64),
        posts=posts[new],
        certificate=proof,
        per_line=forecasts(field, proof, counted, np.bincount(posts[posts >= 0], minlength=len(field.merged))),
        expected_present=float(arrival),
        lower_bound_alerts=None,
    )


def forecasts(field: Field, proof: Certificate, counted: Tally, assigned: Indices) -> tuple[LineForecast, ...]:
    """One forecast per line of the problem."""
    lines = []
    for line, place in enumerate(field.merged.tolist()):
        full = counted.turnouts - int(counted.short[place])
        low, _ = clopper_pearson(full, counted.turnouts, proof.confidence)
        expected = float(counted.arrivals[place])
        lines.append(LineForecast(line, full / counted.turnouts, low, expected, int(assigned[line])))
    return tuple(lines)
