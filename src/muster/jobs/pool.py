"""Many solves at once, on as many processes as the machine has. The children know the planner and nothing else: no
database, no settings, no secrets."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.synchronize import Event

import structlog

from muster.core.errors import MusterError
from muster.planning.outcome import Plan, Shortfall
from muster.planning.problem import Problem
from muster.planning.solve import SolveTimeout, solve

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.1
POLITE = 5
"""How far behind a callout's own solve the children stand, as a niceness."""

STOPPED = "planning.timeout"
Late = Callable[[], bool]
Said = Plan | Shortfall
_stop: list[Event] = []


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One problem to solve; `most_seconds` after which it is given up."""

    problem: Problem
    seed: int
    most_seconds: float


def processes() -> int:
    """How many may work at once: the processors that this process may use."""
    return len(os.sched_getaffinity(0))


def solve_many(
    tasks: Sequence[Task], late: Late | None = None, workers: int | None = None
) -> Iterator[tuple[int, Said | str]]:
    """(number of the task, its answer or the code of its error), as they come.

    `late` is asked ten times a second; as soon as it says True all is dropped that is not answered yet, and the iterator ends
    with SolveTimeout. A child that dies takes nothing along: what it had is solved here.
    """
    count = min(workers or processes(), len(tasks))
    if count <= 1:
        yield from _here(dict(enumerate(tasks)), late)
        return
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    left = dict(enumerate(tasks))
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(stop,))
    try:
        running = {pool.submit(_apart, task): number for number, task in left.items()}
        for number, said in _as_they_come(running, late):
            del left[number]
            yield number, said
    except BrokenProcessPool:
        log.warning("pool.broken", left=len(left))
    finally:  # also when whoever reads this goes away; a child notices within a pass of its search and is not waited for
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
    yield from _here(left, late)


def _as_they_come(running: dict[Future[Said | str], int], late: Late | None) -> Iterator[tuple[int, Said | str]]:
    open_ones = set(running)
    while open_ones:
        done, open_ones = wait(open_ones, LOOK_SECONDS, FIRST_COMPLETED)
        for one in done:
            yield running[one], one.result()
        if open_ones and late is not None and late():
            raise SolveTimeout(STOPPED)


def _here(tasks: dict[int, Task], late: Late | None) -> Iterator[tuple[int, Said | str]]:
    for number, task in tasks.items():
        said = _solved(task, late or (lambda: False))
        if said == STOPPED:
            raise SolveTimeout(STOPPED)
        yield number, said


def _begin(stop: Event) -> None:
    _stop[:] = [stop]
    os.nice(POLITE)


def _apart(task: Task) -> Said | str:
    return _solved(task, _stop[0].is_set)


def _solved(task: Task, stopped: Late) -> Said | str:
    """A task that takes too long is answered by the code of that; one that is stopped ends with SolveTimeout."""
    until = time.monotonic() + task.most_seconds
    try:
        return solve(
            task.problem, seed=task.seed, deadline=lambda: stopped() or time.monotonic() > until, repairs=False
        )
    except SolveTimeout as error:
        return "plans.check_too_long" if time.monotonic() > until else error.code
    except MusterError as error:
        return error.code
