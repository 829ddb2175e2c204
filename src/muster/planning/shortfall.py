"""Why there is no plan: the smallest set of lines that cannot be filled even alone, and how much is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from math import comb

import numpy as np

from muster.planning.arrays import Bools, Indices, Ints
from muster.planning.attempt import Run, attempt, plan_of, start_run
from muster.planning.certify import Certificate
from muster.planning.field import Field, field_of, survey
from muster.planning.hall import shortage
from muster.planning.outcome import Plan, Shortfall
from muster.planning.repairs import find_repairs
from muster.planning.tails import clopper_pearson
from muster.planning.turnouts import draw_counts, fresh_shocks

CONFLICT_CELLS = 6_000_000
MOST_COMBINATIONS = 400
WORTH_A_CALL = 0.02
"""Chance to be there in time below which somebody is not alerted for a line that is short anyway."""


def explain(field: Field, run: Run, *, repairs: bool) -> Shortfall:
    """The shortfall of a problem that everybody useful together (`field`) cannot meet."""
    rows = np.arange(field.size)
    run.turnouts = max(2000, min(run.turnouts, CONFLICT_CELLS // max(1, field.size)))
    proof, counted = run.look(field, rows)
    conflict, missing = conflict_of(field, proof, run)
    lines = tuple(np.flatnonzero(np.isin(field.merged, conflict)).tolist())
    best = best_plan(field, lines, run) or plan_of(field, rows, proof, counted)
    found = find_repairs(field.problem, lines, missing, proof.p_low, run) if repairs else ()
    return Shortfall(lines, missing, proof.p_low, best, found)


def best_plan(field: Field, lines: tuple[int, ...], run: Run) -> Plan | None:
    """What can be sent all the same: whoever may help the conflicting lines, and the other lines as promised.

    None when the other lines fail too; alerting everybody useful is then all there is.
    """
    problem = field.problem
    rest = tuple(need for line, need in enumerate(problem.needs) if line not in lines)
    helps = (field.show[:, None] * field.reach)[:, field.merged[list(lines)]].max(axis=1) >= WORTH_A_CALL
    members = field.people[helps | field.fixed]
    if rest:
        fixed = problem.candidates.fixed.copy()
        fixed[members] = True
        easier = replace(problem, needs=rest, candidates=replace(problem.candidates, fixed=fixed))
        found = attempt(easier, start_run(run.seed, run.effort, run.deadline))
        if not isinstance(found, Plan):
            return None
        members = np.union1d(members, found.alert)
    chosen = field_of(survey(problem), members, complete=False)
    rows = np.arange(chosen.size)
    return plan_of(chosen, rows, *run.look(chosen, rows))


def conflict_of(field: Field, proof: Certificate, run: Run) -> tuple[Indices, int]:
    """(merged lines of the smallest conflict set, heads missing there).

    A set conflicts when its lines alone, all other needs forgotten, stay below the target at the certificate's
    confidence. All sets of one, two and three lines are tried; beyond that lines are left out one by one while the
    rest still conflicts, which gives a set of which no line can be spared.
    """
    shocks = fresh_shocks(field.problem, field.groups, proof.turnouts, run.search)
    types, counts = draw_counts(field, np.arange(field.size), shocks, run.search)
    view = Scarcity(field, types, counts, proof.confidence)
    chosen = view.smallest()
    missing = view.missing(chosen)
    most = int(missing.max(initial=0))
    heads = next((n for n in range(1, most) if view.low_limit(missing, n) >= field.problem.target), max(1, most))
    return chosen, heads


@dataclass(frozen=True, slots=True, eq=False)
class Scarcity:
    """Turnouts of everybody useful, to ask which lines stay short even when left alone."""

    field: Field
    types: Bools
    counts: Ints
    confidence: float

    def missing(self, lines: Indices) -> Ints:
        """Posts of these lines that stay empty in each turnout when the other lines need nobody."""
        types, counts = restrict(self.types, self.counts, lines)
        return shortage(types, self.field.need[lines], counts).missing

    def low_limit(self, missing: Ints, allowed: int) -> float:
        """Lower limit of P(at most `allowed` posts stay empty)."""
        return clopper_pearson(int((missing <= allowed).sum()), len(missing), self.confidence)[0]

    def worth(self, lines: Indices) -> float:
        """Lower limit of P(these lines alone are filled)."""
        return self.low_limit(self.missing(lines), 0)

    def smallest(self) -> Indices:
        """The conflict set of fewest lines; of equal ones the worst off."""
        lines, target = self.field.lines, self.field.problem.target
        for size in range(1, min(3, lines) + 1):
            if comb(lines, size) > MOST_COMBINATIONS:
                break
            sets = [np.array(some, np.intp) for some in combinations(range(lines), size)]
            worth = [self.worth(some) for some in sets]
            if min(worth) < target:
                return sets[int(np.argmin(worth))]
        return self._irreducible()

    def _irreducible(self) -> Indices:
        left = list(range(self.field.lines))
        for line in range(self.field.lines):
            rest = [other for other in left if other != line]
            if rest and self.worth(np.array(rest, np.intp)) < self.field.problem.target:
                left = rest
        return np.array(left, np.intp)


def restrict(types: Bools, counts: Ints, lines: Indices) -> tuple[Bools, Ints]:
    """The same people seen by some lines only; types that look alike there are counted together."""
    kinds, number = np.unique(types[:, lines], axis=0, return_inverse=True)
    together = np.zeros((len(kinds), counts.shape[1]), np.int64)
    np.add.at(together, number.reshape(-1), counts)
    return kinds, together
