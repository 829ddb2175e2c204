"""Solves in processes of their own: the same answers, errors as codes, and an end as soon as somebody else wants it."""

from __future__ import annotations

import os
import signal

import pytest

from muster.jobs import pool
from muster.jobs.pool import Task, solve_many
from muster.planning.outcome import Plan, Shortfall
from muster.planning.solve import SolveTimeout, solve
from tests.planning.makers import problem

EASY = problem(60, 0, target=0.8)
SHORT = problem(20, 0, needs=((0, 19, 30.0),), target=0.9)


def tasks(*given, seconds: float = 60.0) -> list[Task]:
    return [Task(one, 5, seconds) for one in given]


@pytest.mark.parametrize("workers", [1, 2])
def test_answers_are_those_of_a_plain_solve(workers: int) -> None:
    found = dict(solve_many(tasks(EASY, SHORT, EASY), workers=workers))
    assert sorted(found) == [0, 1, 2]
    assert isinstance(found[1], Shortfall)
    plain = solve(EASY, seed=5, repairs=False)
    assert isinstance(plain, Plan)
    for number in (0, 2):
        assert isinstance(found[number], Plan)
        assert found[number].alert.tolist() == plain.alert.tolist()
        assert found[number].certificate == plain.certificate


@pytest.mark.parametrize("workers", [1, 2])
def test_one_that_takes_too_long_is_said_to_and_the_others_are_answered(workers: int) -> None:
    given = [Task(EASY, 5, -1.0), Task(EASY, 5, 60.0)]
    found = dict(solve_many(given, workers=workers))
    assert found[0] == "plans.check_too_long"
    assert isinstance(found[1], Plan)


@pytest.mark.parametrize("workers", [1, 2])
def test_the_crowd_ends_when_somebody_else_wants_the_planner(workers: int) -> None:
    with pytest.raises(SolveTimeout):
        list(solve_many(tasks(*[EASY] * 6), lambda: True, workers))


def test_children_that_are_killed_take_nothing_along(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []

    def kill_them() -> bool:
        import multiprocessing

        for child in multiprocessing.active_children():
            if child.pid not in killed:
                killed.append(child.pid)
                os.kill(child.pid, signal.SIGKILL)
        return False

    found = dict(solve_many(tasks(*[EASY] * 4), kill_them, 2))
    assert killed
    assert all(isinstance(one, Plan) for one in found.values())
    assert sorted(found) == [0, 1, 2, 3]


def test_nothing_to_solve_is_nothing_to_do() -> None:
    assert list(solve_many([])) == []
    assert pool.processes() >= 1
