"""Solve a problem: the smallest alert set that keeps the promise, or the reason why there is none."""

from __future__ import annotations

from dataclasses import replace

from muster.planning.attempt import Deadline, SolveTimeout, attempt, start_run
from muster.planning.bound import lower_bound
from muster.planning.field import survey
from muster.planning.outcome import Plan, Shortfall
from muster.planning.problem import Problem
from muster.planning.shortfall import explain

__all__ = ["SolveTimeout", "solve"]


def solve(
    problem: Problem, *, seed: int, effort: float = 1.0, deadline: Deadline | None = None, repairs: bool = True
) -> Plan | Shortfall:
    """Smallest alert set with certified P >= target, or a Shortfall. Equal arguments give equal answers.

    `effort` scales the number of search passes (1 takes some 0.3 s at 3,000 members); `deadline` is asked between
    passes and raises SolveTimeout when it says True; `repairs` False leaves out the search for repairs.
    """
    run = start_run(seed, effort, deadline)
    found = attempt(problem, run)
    if isinstance(found, Plan):
        return replace(found, lower_bound_alerts=lower_bound(survey(problem), len(found.alert)))
    return explain(found, run, repairs=repairs)
