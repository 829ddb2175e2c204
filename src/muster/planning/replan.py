"""During a callout: the smallest addition to those already alerted, and what the replies tell about the shock."""

from __future__ import annotations

from muster.planning.attempt import Deadline, addition, start_run
from muster.planning.outcome import Plan, Shortfall
from muster.planning.problem import Problem
from muster.planning.shock import Shock, condition
from muster.planning.solve import solve

__all__ = ["Shock", "condition", "replan"]

REPLAN_TURNOUTS = 10_000
REPLAN_SAMPLE = 2048


def replan(
    problem: Problem, *, seed: int, like_for_like: bool = True, deadline: Deadline | None = None, repairs: bool = False
) -> Plan | Shortfall:
    """Smallest addition to the fixed people that restores certified P >= target (an empty one if it still holds).

    like_for_like: newcomers are taken one by one for what is short now and kept (fast, easy to follow on the desk);
    otherwise the newcomers are exchanged against each other until none can be spared (fewer alerts, slower).
    A Shortfall comes without repairs unless they are asked for, since they take seconds.
    Nobody who is fixed is ever taken out. Equal arguments give equal answers.
    """
    if not like_for_like:
        return solve(problem, seed=seed, deadline=deadline, repairs=repairs)
    run = start_run(seed, 1.0, deadline)
    run.turnouts = REPLAN_TURNOUTS
    plan = addition(problem, run, REPLAN_SAMPLE)
    return plan if plan is not None else solve(problem, seed=seed, deadline=deadline, repairs=repairs)
