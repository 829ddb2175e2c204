"""A lower limit on the number of alerts that no plan can beat, for the same turnout model.

For a set A of lines alone, at a given shock, nobody does better than calling the people most likely to serve A
(coupling: replacing a person by a likelier one never lowers the count). The chance of enough people falls with the
shock, so over each interval of shocks the favourable end gives an upper limit; the mean of these limits is at least
the true chance. The smallest number for which it reaches the target bounds every plan.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from muster.planning.arrays import Bools, Floats, Ints
from muster.planning.camps import Crowd, camps_bound, two_camps
from muster.planning.field import Survey
from muster.planning.tails import at_least

# Ends of the intervals of shocks, as probabilities; fine where a bad shock decides.
EDGES = np.concatenate([np.linspace(0.0, 0.8, 17)[:-1], np.linspace(0.8, 1.0, 48)])
MOST_PEOPLE = 40_000


def lower_bound(view: Survey, plan_alerts: int | None = None) -> int | None:
    """Fewest new alerts of any plan that keeps the promise. None where it is not computed: shocks of towns, or very
    many people, or when no number suffices for some set of lines.

    `plan_alerts`: new alerts of a plan that keeps it; with it the limit is sharpened by camps of lines.
    """
    problem = view.problem
    people = problem.candidates
    able = (view.chance.max(axis=1) > 0) & (people.available | people.fixed)
    if problem.rho_town > 0 or able.sum() > MOST_PEOPLE:
        return None
    rows = np.flatnonzero(able)
    come = _coming(view, rows)
    fixed = people.fixed[rows]
    reach = view.by_due[rows][:, view.line_due] * view.able[rows]
    sets = np.vstack([np.eye(len(view.need), dtype=np.bool_), np.ones((1, len(view.need)), np.bool_)])
    bounds = [
        _bound_of(come, reach[:, one].max(axis=1), fixed, int(view.need[one].sum()), problem.target) for one in sets
    ]
    known = [bound for bound in bounds if bound is not None]
    if len(known) < len(bounds):
        return None
    if plan_alerts is None:
        return max(known)
    if len(view.need) < 2:
        return max(known)
    crowd = Crowd(come, np.diff(EDGES), reach, fixed, view.need, problem.target)
    first = two_camps(crowd)
    one, two = (
        _bound_of(come, reach[:, camp].max(axis=1), fixed, int(view.need[camp].sum()), problem.target) or 0
        for camp in (first, ~first)
    )
    return camps_bound(crowd, first, (one, two), max(*known, one, two), plan_alerts)


def _coming(view: Survey, rows: Ints) -> Floats:
    """P(comes | shock at the favourable end of its interval): (intervals, rows)."""
    problem, people = view.problem, view.problem.candidates
    with np.errstate(invalid="ignore"):
        shock = problem.shock_mean + problem.shock_sd * ndtri(EDGES[:-1])
    shock = np.where(np.isnan(shock), problem.shock_mean, shock)
    load = people.loading[rows, None]
    # A shock that does not act must not turn -inf x 0 into NaN.
    push = np.where(load * problem.rho > 0, np.sqrt(problem.rho) * load * np.maximum(shock, -1e6)[None, :], 0.0)
    come = ndtr((ndtri(people.show[rows, None]) - push) / np.sqrt(1 - problem.rho * load**2))
    return np.ascontiguousarray(come.T)


def _bound_of(come: Floats, reach: Floats, fixed: Bools, need: int, target: float) -> int | None:
    """Fewest people for one set of lines, by bisection; None when not even all suffice."""
    share = np.diff(EDGES)
    useful = reach > 0
    chance = come[:, useful] * reach[useful]
    certain, free = chance[:, fixed[useful]], chance[:, ~fixed[useful]]
    size = int(free.shape[1])
    most = min(size, 6 * need + 40)
    left = size - most
    best = -np.sort(-np.partition(free, left, axis=1)[:, left:], axis=1) if most else free[:, :0]

    def enough(count: int) -> bool:
        asked = np.concatenate([certain, best[:, :count]], axis=1)
        return float(share @ at_least(asked, need)) >= target

    if not enough(most):
        return None
    low, high = -1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
