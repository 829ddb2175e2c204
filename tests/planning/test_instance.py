"""The contract of a benchmark instance: plain values in, plain values out."""

import json

import numpy as np
import pytest

from muster.planning.instance import solve_instance
from muster.planning.problem import InvalidProblem, from_npz
from tests.planning.makers import problem, simulate


def instance(p):
    c = p.candidates
    return {
        "accept": c.show,
        "mu": c.mu,
        "sigma": c.sigma,
        "caps": c.caps,
        "need_cap": np.array([need.capability for need in p.needs]),
        "need_n": np.array([need.people for need in p.needs]),
        "need_due": np.array([need.due_minutes for need in p.needs]),
        "p": np.array(p.target),
        "rho": np.array(p.rho),
    }


def test_a_solvable_instance_gives_the_people_to_alert():
    values = instance(problem(200, 3))
    answer = solve_instance(values, 5)
    assert json.loads(json.dumps(answer)) == answer
    assert set(answer) == {"alert", "p_low", "p_hat"}
    assert answer["p_low"] >= 0.9
    assert simulate(from_npz(values), answer["alert"], 10_000, 1).mean() >= 0.89
    assert solve_instance(values, 5) == answer
    assert len(solve_instance(values, 5, budget_seconds=2.0)["alert"]) <= len(answer["alert"]) + 1


def test_an_unsolvable_instance_gives_its_reason():
    answer = solve_instance(instance(problem(200, 3, needs=((0, 150, 45.0), (1, 2, 45.0)))), 5, 0.1)
    assert json.loads(json.dumps(answer)) == answer
    shortfall = answer["shortfall"]
    assert set(shortfall) == {"lines", "missing", "best_p_low", "repairs"}
    assert shortfall["lines"] == [0]
    assert all({"kind", "p_low", "alerts"} <= set(repair) for repair in shortfall["repairs"])
    assert all(None not in repair.values() for repair in shortfall["repairs"])


def test_a_faulty_instance_is_refused():
    with pytest.raises(InvalidProblem):
        solve_instance({}, 0)
