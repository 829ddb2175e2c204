"""Every plan proved at once: one reading of the books, as many processes as there are."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from muster.apps.plans.books import Books, Case, books_at, case_on
from muster.apps.plans.checks import own_templates
from muster.apps.plans.proving import NOBODY, Answer, Facts, seed_of, told
from muster.apps.plans.shipped import Template, templates
from muster.core.errors import MusterError
from muster.jobs.pool import Late, Said, Task, solve_many
from muster.planning.outcome import Plan

MOST_SECONDS = 180.0
FAILED = "failed"


@dataclass(frozen=True, slots=True, eq=False)
class Proof:
    """One plan's answer; `case` and `said` are what it was made from (None while nobody is on the books, or when the
    planner failed; then `result` of the answer names the error's code). seconds: since all were begun."""

    template: Template
    answer: Answer
    case: Case | None
    said: Said | None
    seconds: float


def all_templates() -> list[Template]:
    """The office's own plans in force; where it has written none, those that come with the program."""
    return own_templates() or list(templates())


def prove_all(
    asked: Sequence[Template],
    at: datetime,
    *,
    keep: Callable[[Proof], object],
    late: Late | None = None,
    workers: int | None = None,
) -> None:
    """Answer all of them as of `at` and hand every answer over as soon as it is there. Error: SolveTimeout when `late` says
    so; what was handed over by then stands."""
    began = time.monotonic()
    books = books_at(at)
    ready: list[Case] = []
    for one in asked:
        case = _case(one, books)
        if isinstance(case, Answer):
            keep(Proof(one, case, None, None, time.monotonic() - began))
        else:
            ready.append(case)
    ready.sort(
        key=lambda case: -sum(need.people for need in case.problem.needs)
    )  # the longest first: none is left over
    tasks = [Task(case.problem, seed_of(case.template, at), MOST_SECONDS) for case in ready]
    for number, said in solve_many(tasks, late, workers):
        case, seconds = ready[number], time.monotonic() - began
        if isinstance(said, str):
            keep(Proof(case.template, _failed(said), case, None, seconds))
        else:
            keep(Proof(case.template, told(case, said), case, said, seconds))


def _case(template: Template, books: Books | None) -> Case | Answer:
    if books is None:
        return NOBODY
    try:
        return case_on(template, books)
    except MusterError as error:  # a need that no planner takes: the others are answered all the same
        return _failed(error.code)


def _failed(code: str) -> Answer:
    return Answer(FAILED, None, None, None, "", "", {"error": code})


COLUMNS = ("id", "show", "offset_minutes", "mu", "sigma", "capabilities", "town")


def evidence(proof: Proof) -> Facts | None:
    """What an independent program needs to check the answer, without the database: a row per person, as COLUMNS.

    Of a witness those who would be called; of a conflict set everybody who could be called for one of its lines. `show` is
    P(turns up | called); he arrives offset + exp(mu + sigma g) minutes after the alarm, g standard normal; `town` is the group
    of the shared shock. How these act together is in planning.problem.Problem.
    """
    case, said = proof.case, proof.said
    if case is None or said is None:
        return None
    people = case.problem.candidates
    if isinstance(said, Plan):
        rows = said.alert
    else:
        bits = [case.problem.needs[line].capability for line in said.lines]
        mask = np.uint64(sum(1 << bit for bit in set(bits)))
        rows = np.flatnonzero(people.available & ((people.caps & mask) != 0))
    wanted = {need.capability for need in case.problem.needs}
    held = [[case.slugs[bit] for bit in sorted(wanted) if int(mask_) >> bit & 1] for mask_ in people.caps[rows]]
    columns = (case.arrays.ids, people.show, people.offset_minutes, people.mu, people.sigma)
    values = [column[rows].tolist() for column in columns]
    return {"columns": COLUMNS, "people": list(zip(*values, held, people.town[rows].tolist(), strict=True))}
