"""Does a shipped plan hold with the people on the books? The question as a problem, its answer, and what would mend it.

The answer comes in two steps: first whether it holds, which takes part of a second; then the certified repairs of one
that does not, or what lapses within 30 days of one that does. Both are pure but for reading the books.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import numpy as np

from muster.apps.people.reads import member_arrays
from muster.apps.people.reads.validity import SOON_DAYS
from muster.apps.plans.books import Books, Case, case_of
from muster.apps.plans.shipped import Spot, Template
from muster.planning.attempt import Run, start_run
from muster.planning.certify import Certificate
from muster.planning.outcome import Plan, Repair, Shortfall
from muster.planning.renewals import find_renewal
from muster.planning.repairs import first_certified, ladders, price
from muster.planning.solve import SolveTimeout, solve

Late = Callable[[], bool]
Facts = dict[str, object]

KIND_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Answer:
    """First step: `outcome` is "holds", "short" or "nobody" (the books are empty); `result` as PlanCheck keeps it."""

    outcome: str
    p_low: float | None
    p_hat: float | None
    p_high: float | None
    roster_hash: str
    model_version: str
    result: Facts
    touch: str = ""


NOBODY = Answer("nobody", None, None, None, "", "", {})


def seed_of(template: Template, at: datetime) -> int:
    """Seed of an answer: fixed by template and moment, so that it can be computed again."""
    return int.from_bytes(hashlib.sha256(f"{template.slug}:{at.isoformat()}".encode()).digest()[:4], "big")


def answer(template: Template, at: datetime, late: Late | None = None, books: Books | None = None) -> Answer:
    """Whether the template holds. Error: SolveTimeout once `late` says so."""
    case = case_of(template, at, books)
    if case is None:
        return NOBODY
    return told(case, solve(case.problem, seed=seed_of(template, at), deadline=late, repairs=False))


def told(case: Case, said: Plan | Shortfall) -> Answer:
    """The planner's answer to a case as it is kept: a witness with its certificate, or a conflict set."""
    plan = said if isinstance(said, Plan) else said.best
    proof = plan.certificate
    result: Facts = {
        "points": [_spot(one) for one in case.spots],
        "lines": _lines(case, plan),
        "alert": case.arrays.ids[plan.alert].tolist(),
        "posts": plan.posts.tolist(),
        "expected_present": plan.expected_present,
        "lower_bound": plan.lower_bound_alerts,
        "certificate": _certificate(proof),
    }
    p_low, p_hat, p_high = proof.p_low, proof.p_hat, proof.p_high
    if isinstance(said, Shortfall):
        result["shortfall"] = {"lines": list(said.lines), "missing": said.missing, "best_p_low": said.best_p_low}
        p_low, p_hat, p_high = said.best_p_low, None, None
    outcome = "holds" if isinstance(said, Plan) else "short"
    return Answer(outcome, p_low, p_hat, p_high, case.roster_hash, case.model_version, result, case.touch)


def _spot(spot: Spot) -> Facts:
    return {
        "letter": spot.letter, "zh": spot.zh, "en": spot.en, "lon": spot.lon, "lat": spot.lat, "assumed": spot.assumed,
    }  # fmt: skip


def _lines(case: Case, plan: Plan) -> list[Facts]:
    rows = zip(case.template.needs, plan.per_line, strict=True)
    return [
        {
            "capability": need.capability, "people": need.people, "due_minutes": need.due_minutes,
            "p": line.p, "p_low": line.p_low, "expected": line.expected, "assigned": line.assigned,
        }
        for need, line in rows
    ]  # fmt: skip


def _certificate(proof: Certificate) -> Facts:
    return {
        "turnouts": proof.turnouts, "confidence": proof.confidence, "tries": proof.tries, "seed": proof.seed,
        "rho": proof.rho, "rho_town": proof.rho_town,
    }  # fmt: skip


def mend(template: Template, at: datetime, result: Facts, roster_hash: str, late: Late | None = None) -> Facts:
    """Second step: `repairs` of a shortfall, each solved again and certified, or `later` of a plan that holds.

    "moved": the books are not those of the answer any more; then nothing is sought. Error: SolveTimeout.
    """
    case = case_of(template, at)
    if case is None or case.roster_hash != roster_hash:
        return {"moved": True}
    short = result.get("shortfall")
    if short is None:
        return {"later": _later(case, at, late)}
    return {"repairs": [_repair(repair, case) for repair in _repairs(case, short, seed_of(template, at), late)]}


def _repairs(case: Case, short: Facts, seed: int, late: Late | None) -> list[Repair]:
    """The cheapest kind is sought first; a kind that takes longer than KIND_SECONDS is left out."""
    problem, lines = case.problem, tuple(short["lines"])
    seekers: list[Callable[[Run], Repair | None]] = [
        lambda run: find_renewal(problem, case.arrays.lapsed, lines, run),
        *(
            partial(first_certified, ladder)
            for ladder in ladders(problem, lines, short["missing"], short["best_p_low"])
        ),
    ]
    found = [_in_time(seek, seed, late) for seek in seekers]
    return sorted((repair for repair in found if repair is not None), key=price)


def _in_time(seek: Callable[[Run], Repair | None], seed: int, late: Late | None) -> Repair | None:
    until = time.monotonic() + KIND_SECONDS
    stop = late or (lambda: False)
    try:
        return seek(start_run(seed, 1.0, lambda: stop() or time.monotonic() > until))
    except SolveTimeout:
        if time.monotonic() <= until:
            raise
        return None


def _later(case: Case, at: datetime, late: Late | None) -> Facts:
    """What of the plan is left in 30 days when nobody renews anything, and whose renewal keeps it."""
    then = at + timedelta(days=SOON_DAYS)
    caps = _caps_then(case, then)
    faded = replace(case.problem, candidates=replace(case.problem.candidates, caps=caps))
    seed = seed_of(case.template, at)
    said = solve(faded, seed=seed, deadline=late, repairs=False)
    if not isinstance(said, Shortfall):
        return {"holds": True, "days": SOON_DAYS}
    renewal = find_renewal(faded, case.problem.candidates.caps, said.lines, start_run(seed, 1.0, late))
    return {
        "holds": False, "days": SOON_DAYS, "best_p_low": said.best_p_low, "lines": list(said.lines),
        "missing": said.missing, "renewal": None if renewal is None else _repair(renewal, case),
    }  # fmt: skip


def _caps_then(case: Case, then: datetime) -> np.ndarray:
    """What today's people would still hold at `then`; who is not on the books then keeps what he has."""
    ahead = member_arrays(then)
    masks = dict(zip(ahead.ids.tolist(), ahead.caps.tolist(), strict=True))
    caps = case.problem.candidates.caps
    return caps & np.array(
        [masks.get(pk, own) for pk, own in zip(case.arrays.ids.tolist(), caps.tolist(), strict=True)], np.uint64
    )


def _repair(repair: Repair, case: Case) -> Facts:
    ids = case.arrays.ids
    return {
        "kind": repair.kind, "p_low": repair.p_low, "alerts": repair.alerts, "line": repair.line,
        "minutes": repair.minutes, "people": repair.people, "target": repair.target,
        "capability": None if repair.capability is None else case.slugs[repair.capability],
        "members": ids[list(repair.members)].tolist(),
        "holdings": [[int(ids[member]), case.slugs[bit]] for member, bit in repair.holdings],
    }  # fmt: skip
