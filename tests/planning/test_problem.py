"""What is refused before anything is solved, and what an instance file becomes."""

import numpy as np
import pytest

from muster.planning.problem import Candidates, InvalidProblem, Need, Problem, from_npz
from tests.planning.makers import people, problem


def instance(**changes):
    values = {
        "accept": np.array([0.5, 0.6]),
        "mu": np.array([3.0, 3.1]),
        "sigma": np.array([0.2, 0.3]),
        "caps": np.array([1, 3], np.uint64),
        "need_cap": np.array([0, 1]),
        "need_n": np.array([1, 1]),
        "need_due": np.array([40.0, 60.0]),
        "p": np.array(0.9),
        "rho": np.array(0.03),
    }
    return {**values, **changes}


@pytest.mark.parametrize(
    ("capability", "heads", "due"),
    [(-1, 1, 30), (64, 1, 30), (0, 0, 30), (0, -3, 30), (0, 10**6, 30), (0, 1, float("nan")), (0, 1, float("inf"))],
)
def test_a_need_that_makes_no_sense_is_refused(capability, heads, due):
    with pytest.raises(InvalidProblem):
        Need(capability, heads, due)


@pytest.mark.parametrize("name", ["show", "offset_minutes", "mu", "sigma", "not_before_minutes", "weight", "loading"])
def test_not_a_number_is_refused_with_its_place(name):
    values = np.full(4, 0.5)
    values[2] = np.nan
    with pytest.raises(InvalidProblem) as refusal:
        people(4, **{name: values})
    assert refusal.value.params == {"field": name, "index": 2}


@pytest.mark.parametrize(
    ("name", "value"),
    [("show", 1.1), ("show", -0.1), ("loading", 2), ("sigma", -1), ("not_before_minutes", -1), ("weight", 0)],
)
def test_values_out_of_range_are_refused(name, value):
    with pytest.raises(InvalidProblem):
        people(2, **{name: np.array([0.5, value])})


@pytest.mark.parametrize("name", ["town", "post"])
def test_a_number_below_minus_one_is_refused(name):
    with pytest.raises(InvalidProblem):
        people(2, **{name: np.array([0, -2])})


def test_infinitely_late_is_refused_but_already_here_is_not():
    with pytest.raises(InvalidProblem):
        people(2, mu=np.array([1.0, np.inf]))
    assert people(2, mu=np.array([1.0, -np.inf])).mu[1] == -np.inf


def test_arrays_of_other_lengths_are_refused():
    with pytest.raises(InvalidProblem) as refusal:
        people(3, sigma=np.array([0.1, 0.2]))
    assert refusal.value.params == {"field": "sigma", "expected": 3}


def test_what_is_left_out_takes_its_usual_value():
    crowd = people(3)
    assert crowd.available.all()
    assert not crowd.fixed.any()
    assert (crowd.weight == 1).all()
    assert (crowd.loading == 1).all()
    assert (crowd.town == -1).all()
    assert len(people(0)) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"target": 0.0},
        {"target": 1.0},
        {"target": float("nan")},
        {"rho": -0.1},
        {"rho": 1.0},
        {"rho": float("nan")},
        {"rho": 0.6, "rho_town": 0.5},
        {"rho_town": -0.1},
        {"shock_mean": float("inf")},
        {"shock_sd": -1.0},
        {"shock_sd": float("nan")},
    ],
)
def test_a_problem_with_impossible_numbers_is_refused(changes):
    with pytest.raises(InvalidProblem):
        problem(5, **changes)


def test_from_one_to_two_hundred_lines():
    crowd = people(2)
    with pytest.raises(InvalidProblem):
        Problem(crowd, (), 0.9, 0.03)
    with pytest.raises(InvalidProblem):
        Problem(crowd, (Need(0, 1, 30),) * 201, 0.9, 0.03)
    assert len(Problem(crowd, (Need(0, 1, 30),) * 200, 0.9, 0.03).needs) == 200


def test_an_instance_file_becomes_a_problem():
    read = from_npz(instance())
    assert read.needs == (Need(0, 1, 40.0), Need(1, 1, 60.0))
    assert (read.target, read.rho) == (0.9, 0.03)
    assert isinstance(read.candidates, Candidates)
    assert read.candidates.caps.tolist() == [1, 3]


@pytest.mark.parametrize(
    "changes",
    [
        {"p": np.array([0.9, 0.8])},
        {"accept": np.array([["a", "b"]])},
        {"accept": np.array([[0.5, 0.6]])},
        {"need_n": np.array([1])},
        {"need_n": np.array([1.0, np.nan])},
        {"need_cap": np.array([1.0, np.inf])},
        {"caps": np.array([-1, 3])},
        {"mu": np.array([3.0])},
    ],
)
def test_an_instance_file_with_faults_is_refused(changes):
    with pytest.raises(InvalidProblem):
        from_npz(instance(**changes))


def test_an_instance_file_without_an_array_names_it():
    values = instance()
    del values["mu"], values["p"]
    with pytest.raises(InvalidProblem) as refusal:
        from_npz(values)
    assert refusal.value.params == {"missing": "mu, p"}
