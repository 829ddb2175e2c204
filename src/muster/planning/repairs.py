"""What would make a failing problem solvable; every repair is solved again and certified before it is offered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import ceil, floor

import numpy as np

from muster.planning.arrays import Ints
from muster.planning.attempt import Run, attempt, hopeful, start_run
from muster.planning.chances import arrived_by
from muster.planning.field import field_of, shortlist, survey
from muster.planning.outcome import Plan, Repair
from muster.planning.problem import Need, Problem

MINUTES = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240)
MOST_TRAINED = 60
MOST_LINES = 3
LOWEST_TARGET = 0.5
EVERYBODY = 1e9
"""A shortlist so generous that nobody useful is left out."""

# The price of each kind of repair in one currency, so that the cheapest can be named first: five minutes later = 1.
PRICE_MINUTE = 0.2
EVERY_LINE = 3.0
PRICE_HEAD = 2.0
PRICE_PERCENT = 1.0
PRICE_TRAINED = 3.0
PRICE_RENEWED = 0.5

Change = tuple[Problem, Repair]


def find_repairs(problem: Problem, lines: tuple[int, ...], missing: int, best: float, run: Run) -> tuple[Repair, ...]:
    """At most one repair of each kind and conflicting line, cheapest first.

    lines, missing: the conflict set and its missing heads; best: certified P with everybody. Each kind is tried
    from its smallest step up; the first step that certifies is kept.
    """
    tried = ladders(problem, lines, missing, best)
    found = [repair for ladder in tried if (repair := first_certified(ladder, run)) is not None]
    return tuple(sorted(found, key=price))


def ladders(problem: Problem, lines: tuple[int, ...], missing: int, best: float) -> list[Iterable[Change]]:
    """What could be changed, one ladder of growing steps for each kind of repair and conflicting line."""
    found = [_lower_target(problem, best), _all_later(problem)]
    for line in lines[:MOST_LINES]:
        found += [
            _more_minutes(problem, line),
            _fewer_people(problem, line, missing),
            _train(problem, line, missing),
        ]
    return found


def price(repair: Repair) -> float:
    """The stated price of a repair; see the constants above."""
    if repair.minutes is not None:
        return PRICE_MINUTE * repair.minutes * (1 if repair.line is not None else EVERY_LINE)
    if repair.kind == "fewer_people":
        return PRICE_HEAD * (repair.people or 0)
    if repair.kind == "train":
        return PRICE_TRAINED * (repair.people or 0)
    if repair.kind == "renew":
        return PRICE_RENEWED * (repair.people or 0)
    return PRICE_PERCENT * 100 * (1 - (repair.target or 0))


def first_certified(ladder: Iterable[Change], run: Run) -> Repair | None:
    """The first step of a ladder that certifies, with its promise; each step is solved afresh from the run's seed."""
    for changed, repair in ladder:
        run.alive()
        if not _promising(changed, start_run(run.seed, 0.5, run.deadline)):
            continue
        plan = attempt(changed, start_run(run.seed, 0.5, run.deadline))
        if isinstance(plan, Plan):
            return replace(repair, p_low=plan.certificate.p_low, alerts=len(plan.alert))
    return None


def _promising(problem: Problem, run: Run) -> bool:
    """Skip the steps that are too small: a quick look at a generous shortlist, then whether everybody would do.

    Nobody's coming makes a turnout worse, so a step that does not certify with everybody certifies with nobody chosen.
    """
    view = survey(problem)
    people, complete = shortlist(view, 2.0)
    if not hopeful(field_of(view, people, complete=complete), run):
        return False
    everybody = field_of(view, shortlist(view, EVERYBODY)[0], complete=True)
    proof, _ = run.look(everybody, np.arange(everybody.size))
    return proof.p_low >= problem.target


def _more_minutes(problem: Problem, line: int) -> Iterable[Change]:
    need = problem.needs[line]
    for minutes in MINUTES:
        later = replace(need, due_minutes=need.due_minutes + minutes)
        yield with_need(problem, line, later), Repair("more_minutes", 0.0, 0, line=line, minutes=float(minutes))


def _all_later(problem: Problem) -> Iterable[Change]:
    """Every line later: where more than one line is short, more time for one of them does not help."""
    if len(problem.needs) == 1:
        return
    for minutes in MINUTES:
        needs = tuple(replace(need, due_minutes=need.due_minutes + minutes) for need in problem.needs)
        yield replace(problem, needs=needs), Repair("more_minutes", 0.0, 0, minutes=float(minutes))


def _fewer_people(problem: Problem, line: int, missing: int) -> Iterable[Change]:
    need = problem.needs[line]
    for people in sorted({missing, missing + 1, ceil(missing * 1.25), ceil(missing * 1.5), missing * 2}):
        if people < need.people:
            fewer = replace(need, people=need.people - people)
            yield with_need(problem, line, fewer), Repair("fewer_people", 0.0, 0, line=line, people=people)


def _lower_target(problem: Problem, best: float) -> Iterable[Change]:
    highest = floor(best * 100)
    for percent in (highest, highest - 1, highest - 2):
        target = percent / 100
        if LOWEST_TARGET <= target < problem.target:
            yield replace(problem, target=target), Repair("lower_target", 0.0, 0, target=target)


def _train(problem: Problem, line: int, missing: int) -> Iterable[Change]:
    """Give the capability to those who would most likely be there in time and have it not."""
    need, people = problem.needs[line], problem.candidates
    chance = people.show * arrived_by(people, np.array([need.due_minutes]))[:, 0]
    bit = np.uint64(1) << np.uint64(need.capability)
    free = ((people.caps & bit) == 0) & people.available & ~people.fixed & (chance > 0)
    order = np.flatnonzero(free)[np.argsort(-np.round(chance[free], 9), kind="stable")]
    count = missing
    while count <= min(len(order), MOST_TRAINED):
        members = order[:count]
        yield (
            _trained(problem, members, bit),
            Repair("train", 0.0, 0, capability=need.capability, people=count, members=tuple(np.sort(members).tolist())),
        )
        count = max(count + 1, ceil(count * 1.3))


def _trained(problem: Problem, members: Ints, bit: np.uint64) -> Problem:
    caps = problem.candidates.caps.copy()
    caps[members] |= bit
    return replace(problem, candidates=replace(problem.candidates, caps=caps))


def with_need(problem: Problem, line: int, need: Need) -> Problem:
    """The problem with one line changed."""
    needs = tuple(need if number == line else old for number, old in enumerate(problem.needs))
    return replace(problem, needs=needs)
