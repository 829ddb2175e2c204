"""Muster's plan beside how others plan: same instance, same turnouts to judge by, one table.

python -m tools.bench.peers [--members 3000] [--seeds 0-2] [--seconds 60]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from tools.bench import rivals
from tools.bench.commands import instance
from tools.bench.scenario_model import scenario_model

from muster.planning.arrays import Indices
from muster.planning.field import field_of, survey
from muster.planning.looks import tally
from muster.planning.outcome import Plan
from muster.planning.problem import Problem, from_npz
from muster.planning.solve import solve
from muster.planning.tails import clopper_pearson

JUDGED_BY = 100_000
SCENARIOS = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One planner's answer; p_low is the one-sided 99 % limit on turnouts that nobody planned with."""

    name: str
    alerts: int | None
    p_low: float
    p_hat: float
    seconds: float


def compare(problem: Problem, *, seconds: float, seed: int = 1) -> Iterator[Entry]:
    """Every planner on one problem; the scenario model gets Muster's time and then `seconds`."""
    view = survey(problem)
    ours, took = _timed(lambda: _planned(problem, seed))
    yield _judged(problem, "Muster", ours, took)
    for name, rival in (
        ("everyone with the skill", rivals.everyone_with_the_skill),
        ("nearest 2n/mean", rivals.nearest_twice_over_mean),
        ("greedy, nearest first", rivals.greedy_nearest_first),
        ("fixed lines, exact tails", rivals.fixed_lines),
    ):
        yield _judged(problem, name, *_timed(lambda rival=rival: rival(view)))
    hint = rivals.fixed_lines(view)
    for limit in (took, seconds):
        found, spent = _timed(
            lambda limit=limit: scenario_model(problem, scenarios=SCENARIOS, seconds=limit, seed=seed, hint=hint)
        )
        yield _judged(problem, f"CP-SAT, {SCENARIOS} scenarios, {limit:.1f} s", found, spent)


def _planned(problem: Problem, seed: int) -> Indices | None:
    found = solve(problem, seed=seed, repairs=False)
    return found.alert if isinstance(found, Plan) else None


def _timed(work: Callable[[], Indices | None]) -> tuple[Indices | None, float]:
    began = time.perf_counter()
    found = work()
    return found, time.perf_counter() - began


def _judged(problem: Problem, name: str, alert: Indices | None, seconds: float) -> Entry:
    if alert is None:
        return Entry(name, None, 0.0, 0.0, seconds)
    people = np.sort(np.asarray(alert, np.intp))
    field = field_of(survey(problem), people, complete=False)
    counted = tally(field, np.arange(field.size), np.random.default_rng(20_260_930), JUDGED_BY)
    low, _ = clopper_pearson(counted.served, counted.turnouts, 0.99)
    return Entry(name, len(people), low, counted.served / counted.turnouts, seconds)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bench.peers", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--members", type=int, default=3000)
    parser.add_argument("--seeds", default="0-2")
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    first, last = (int(part) for part in given.seeds.split("-"))
    for seed in range(first, last + 1):
        sys.stdout.write(f"{given.members:,} members, instance {seed}\n")
        for one in compare(from_npz(instance(given.members, seed)), seconds=given.seconds):
            alerts = f"{one.alerts:>6}" if one.alerts is not None else "  none"
            chance = f"P {one.p_hat:.4f} (>= {one.p_low:.4f})"
            sys.stdout.write(f"  {one.name:<32} {alerts} alerts  {chance}  {one.seconds:6.2f} s\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
