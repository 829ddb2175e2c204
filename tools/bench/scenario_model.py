"""The textbook rival: a sample-average model of the chance constraint, solved by CP-SAT.

min sum x_i  s.t. in at least a share `target` of the scenarios those who arrive can be assigned to fill every line.
Done fairly: it sees the same shortlist as Muster's search, people of one kind are ordered (symmetry), the greedy answer
is its hint, arrivals of one type are one flow, and it may use all processors.
J. Luedtke, S. Ahmed, A sample approximation approach for optimization with probabilistic constraints (2008).
"""

from __future__ import annotations

import itertools
import os

import numpy as np
from ortools.sat.python import cp_model
from scipy.special import ndtri

from muster.planning.arrays import Indices
from muster.planning.field import Field, field_of, shortlist, survey
from muster.planning.problem import Problem
from muster.planning.turnouts import coming, fresh_shocks, types_from


def scenario_model(problem: Problem, *, scenarios: int, seconds: float, seed: int, hint: Indices) -> Indices | None:
    """People to alert, or None when nothing was found in `seconds` of searching (building the model not counted)."""
    people, complete = shortlist(survey(problem), 1.0)
    field = field_of(survey(problem), people, complete=complete)
    arrived = _types_of(field, scenarios, np.random.default_rng(seed))
    model = cp_model.CpModel()
    call = [model.new_bool_var(f"x{i}") for i in range(field.size)]
    served = [_scenario(model, field, call, arrived[:, s]) for s in range(scenarios)]
    model.add(sum(served) >= int(np.ceil(field.problem.target * scenarios)))
    _order_equals(model, field, call)
    hinted = set(hint.tolist())
    for row, person in enumerate(field.people.tolist()):
        model.add_hint(call[row], person in hinted)
    model.minimize(sum(call))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = os.cpu_count() or 1
    solver.parameters.random_seed = seed
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return field.people[np.array([bool(solver.value(one)) for one in call])]


def _types_of(field: Field, scenarios: int, rng: np.random.Generator) -> Indices:
    """(n, scenarios) the type each person arrives with; 0 serves nothing."""
    rows = np.arange(field.size)
    come = coming(field, rows, fresh_shocks(field.problem, field.groups, scenarios, rng))
    return types_from(field, rows, come.astype(np.float64), rng.random(come.shape, dtype=np.float32))


def _scenario(model: cp_model.CpModel, field: Field, call: list[cp_model.IntVar], kinds: Indices) -> cp_model.IntVar:
    """One scenario: flows from types to lines; the answer is true only if every line gets its people."""
    flow: dict[int, list[cp_model.IntVar]] = {line: [] for line in range(field.lines)}
    for kind in np.unique(kinds[kinds > 0]).tolist():
        here = [call[row] for row in np.flatnonzero(kinds == kind).tolist()]
        lines = np.flatnonzero(field.types[kind]).tolist()
        sent = [model.new_int_var(0, min(len(here), int(field.need[line])), "") for line in lines]
        model.add(sum(sent) <= sum(here))
        for line, one in zip(lines, sent, strict=True):
            flow[line].append(one)
    served = model.new_bool_var("")
    for line, parts in flow.items():
        model.add(sum(parts) >= int(field.need[line])).only_enforce_if(served)
    return served


def _order_equals(model: cp_model.CpModel, field: Field, call: list[cp_model.IntVar]) -> None:
    """Of two people with the same lines, one at least as likely in every respect is called first."""
    kinds: dict[bytes, list[int]] = {}
    for row in range(field.size):
        kinds.setdefault(field.type_of[row].tobytes(), []).append(row)
    for rows in kinds.values():
        rows.sort(key=lambda row: (-float(ndtri(min(field.show[row], 1 - 1e-9))), -float(field.by_due[row].sum())))
        for first, second in itertools.pairwise(rows):
            if field.show[first] >= field.show[second] and (field.by_due[first] >= field.by_due[second]).all():
                model.add_implication(call[second], call[first])
