"""Units as blocks: the rules of the policy, the price of cohesion, and the cheapest set found by listing all of them."""

from dataclasses import replace
from itertools import chain, combinations

import numpy as np
import pytest

from muster.planning.outcome import Plan, Shortfall
from muster.planning.problem import InvalidProblem
from muster.planning.solve import SolveTimeout, solve
from muster.planning.units import Blocks, UnitPlan, solve_units
from tests.planning.makers import exact_p, problem, simulate

SMALL = ((0, 1, 45.0), (1, 1, 45.0))


def blocks(unit, leader=None, touch_cost=2.0, smallest=2):
    unit = np.asarray(unit)
    led = np.arange(len(unit)) % 3 == 0 if leader is None else np.asarray(leader, bool)
    return Blocks(unit, led, touch_cost, smallest)


def rules_hold(p, b, alert):
    """Every unit of the set is led and large enough, unless it was open before."""
    opened = set(b.unit[p.candidates.fixed].tolist())
    for unit in set(b.unit[alert].tolist()):
        own = [i for i in alert.tolist() if b.unit[i] == unit]
        if unit < 0 or (unit not in opened and (len(own) < b.smallest or not b.leader[own].any())):
            return False
    return True


def cost(p, b, alert):
    opened = set(b.unit[p.candidates.fixed].tolist())
    return p.candidates.weight[alert].sum() + b.touch_cost * len(set(b.unit[alert].tolist()) - opened)


def cheapest(p, b):
    """The least cost of any set that keeps the rules and the promise, by listing every set."""
    everybody = np.flatnonzero(p.candidates.available & ~p.candidates.fixed).tolist()
    sets = chain.from_iterable(combinations(everybody, size) for size in range(len(everybody) + 1))
    allowed = [np.array(one, int) for one in sets if rules_hold(p, b, np.array(one, int))]
    for alert in sorted(allowed, key=lambda one: cost(p, b, one)):
        if exact_p(p, alert) >= p.target:
            return cost(p, b, alert)
    return None


@pytest.mark.parametrize("seed", range(12))
def test_small_districts_are_served_nearly_as_cheaply_as_any_set_could(seed):
    rng = np.random.default_rng(seed)
    p = problem(9, seed, needs=SMALL, target=0.7, share=0.7, show=rng.uniform(0.6, 0.95, 9))
    b = blocks([0, 0, 0, 1, 1, 1, 2, 2, 2], touch_cost=float(rng.choice([0.0, 1.5, 4.0])))
    best, said = cheapest(p, b), solve_units(p, b, seed=seed, repairs=False)
    if best is None:
        assert isinstance(said, Shortfall)
        return
    assert isinstance(said, UnitPlan)
    assert rules_hold(p, b, said.plan.alert)
    assert exact_p(p, said.plan.alert) >= p.target - 0.002
    assert said.cost == pytest.approx(cost(p, b, said.plan.alert))
    assert best - 1e-9 <= said.cost <= 1.35 * best + 1


def district(seed=3, **changes):
    rng = np.random.default_rng(seed)
    p = problem(400, seed, needs=((0, 12, 45.0), (1, 8, 45.0), (2, 6, 40.0)), **changes)
    unit = rng.integers(-1, 30, 400)
    leader = rng.random(400) < 0.15
    return p, Blocks(unit, leader, 3.0, 5)


def test_a_plan_of_units_keeps_the_promise_and_cohesion_has_its_price():
    p, b = district()
    said, alone = solve_units(p, b, seed=1), solve(p, seed=1)
    assert isinstance(said, UnitPlan)
    assert isinstance(alone, Plan)
    assert rules_hold(p, b, said.plan.alert)
    assert said.plan.certificate.p_low >= p.target
    assert simulate(p, said.plan.alert, 20_000, 7).mean() >= p.target - 0.01
    units = len(set(b.unit[said.plan.alert].tolist()))
    assert len(said.plan.alert) >= len(alone.alert)
    assert units < len(set(b.unit[alone.alert].tolist()))
    assert set(said.leaders) == set(b.unit[said.plan.alert].tolist())
    for unit, leader in said.leaders.items():
        assert b.unit[leader] == unit
        assert b.leader[leader]
        assert leader in said.plan.alert
    assert said.cost == pytest.approx(cost(p, b, said.plan.alert))
    assert (np.diff(said.plan.alert) > 0).all()
    again = solve_units(p, b, seed=1)
    assert again.plan.alert.tolist() == said.plan.alert.tolist()


def test_lines_that_compete_for_the_same_people_are_watched_together():
    needs = ((0, 3, 40.0), (1, 3, 40.0), (2, 2, 40.0), (3, 2, 30.0), (4, 2, 50.0))
    p = problem(160, 2, needs=needs, share=0.35)
    b = blocks(np.arange(160) // 8, smallest=3)
    said = solve_units(p, b, seed=0)
    assert rules_hold(p, b, said.plan.alert)
    assert simulate(p, said.plan.alert, 20_000, 7).mean() >= p.target - 0.01


def test_dear_units_are_fewer():
    p, b = district()
    few = solve_units(p, replace(b, touch_cost=30.0), seed=1).plan.alert
    many = solve_units(p, replace(b, touch_cost=0.0), seed=1).plan.alert
    assert len(set(b.unit[few].tolist())) <= len(set(b.unit[many].tolist()))
    assert len(few) >= len(many)


def test_a_leader_of_no_other_use_comes_along_and_so_do_those_who_make_up_the_group():
    caps = np.where(np.arange(12) % 4 == 0, 4, 1).astype(np.uint64)
    p = problem(12, 1, needs=((0, 3, 45.0),), target=0.6, caps=caps, show=np.full(12, 0.8))
    b = blocks(np.arange(12) // 4, np.arange(12) % 4 == 0, smallest=4)
    said = solve_units(p, b, seed=0)
    assert rules_hold(p, b, said.plan.alert)
    assert all(said.plan.posts[said.plan.alert % 4 == 0] == -1)
    assert set(said.leaders.values()) <= {0, 4, 8}


def test_units_that_were_called_before_are_free_to_touch():
    p, b = district()
    fixed = np.zeros(400, bool)
    fixed[np.flatnonzero(b.unit == 4)[0]] = True
    people = replace(p.candidates, fixed=fixed)
    said = solve_units(replace(p, candidates=people), replace(b, touch_cost=20.0), seed=1)
    assert rules_hold(replace(p, candidates=people), b, said.plan.alert)
    assert 4 not in said.leaders
    assert (b.unit[said.plan.alert] == 4).any()


def test_a_promise_that_units_keep_already_needs_nobody():
    p = problem(20, 2, needs=SMALL, target=0.6, fixed=np.arange(20) < 15, show=np.full(20, 0.95))
    said = solve_units(p, blocks(np.arange(20) // 5), seed=0)
    assert said.plan.alert.tolist() == []
    assert said.leaders == {}
    assert said.cost == 0


def test_units_without_a_leader_or_too_small_are_not_called_and_the_shortfall_says_what_lacks():
    p = problem(30, 2, needs=((0, 4, 45.0),), target=0.9)
    nobody = solve_units(p, blocks(np.arange(30) // 5, np.zeros(30, bool)), seed=0, repairs=False)
    assert isinstance(nobody, Shortfall)
    assert nobody.lines == (0,)
    small = solve_units(p, blocks(np.arange(30), np.ones(30, bool), smallest=2), seed=0, repairs=False)
    assert isinstance(small, Shortfall)
    alone = solve_units(p, blocks(np.full(30, -1)), seed=0, repairs=False)
    assert isinstance(alone, Shortfall)


def test_what_units_cannot_promise_is_a_shortfall():
    p = problem(30, 2, needs=((0, 28, 45.0),), target=0.95)
    said = solve_units(p, blocks(np.arange(30) // 5), seed=0, repairs=False)
    assert isinstance(said, Shortfall)
    assert said.missing > 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"leader": np.zeros(3, bool)}, "planning.array_shape"),
        ({"smallest": 0}, "planning.not_positive"),
        ({"touch_cost": -1.0}, "planning.negative"),
        ({"touch_cost": float("inf")}, "planning.negative"),
    ],
)
def test_blocks_that_break_a_rule_are_refused(changes, code):
    with pytest.raises(InvalidProblem) as refused:
        replace(blocks(np.zeros(4, int)), **changes)
    assert refused.value.code == code


def test_every_candidate_needs_a_unit_number():
    with pytest.raises(InvalidProblem):
        solve_units(problem(5, 0), blocks(np.zeros(4, int)), seed=0)


def test_a_deadline_stops_it():
    p, b = district()
    with pytest.raises(SolveTimeout):
        solve_units(p, b, seed=0, deadline=lambda: True)
