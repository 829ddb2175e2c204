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

from muster.apps.maps.reads import Roads, roads_at
from muster.apps.people.models import Capability
from muster.apps.people.reads import MemberArrays, member_arrays
from muster.apps.people.reads.validity import SOON_DAYS
from muster.apps.plans.shipped import Spot, Template, spots
from muster.apps.plans.ways import UNKNOWN_HOME_MINUTES, UNKNOWN_HOME_SPREAD, quickest, usable_of
from muster.apps.service.reads import availability_at, committed_ids, turnout
from muster.planning.arrival import Trip, arrival_law
from muster.planning.attempt import Run, start_run
from muster.planning.certify import Certificate
from muster.planning.outcome import Plan, Repair, Shortfall
from muster.planning.problem import Candidates, Need, Problem
from muster.planning.renewals import find_renewal
from muster.planning.repairs import first_certified, ladders, price
from muster.planning.solve import SolveTimeout, solve

Late = Callable[[], bool]
Facts = dict[str, object]

KIND_SECONDS = 15.0


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A template as a problem at one moment. `slugs`: capability bit -> slug; `lapsed`: masks of what has run out."""

    template: Template
    problem: Problem
    arrays: MemberArrays
    spots: tuple[Spot, ...]
    slugs: dict[int, str]
    roster_hash: str
    model_version: str


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


def case_of(template: Template, at: datetime) -> Case | None:
    """The problem of everybody on the books who could be called at `at`; None while nobody is on them."""
    arrays = member_arrays(at)
    if not len(arrays):
        return None
    said = turnout(arrays.ids, at)
    points, roads = spots(arrays, template.points), roads_at(at)
    busy = np.isin(arrays.ids, np.array(sorted(committed_ids(at, exercises=False)), np.int64))
    offset, mu, sigma = arrival_law(said.preparation, _trip(roads, arrays, points))
    weeks = availability_at(arrays.ids, at)
    bits = dict(Capability.objects.values_list("slug", "bit"))
    candidates = Candidates(
        show=said.show,
        offset_minutes=offset + weeks.minutes,
        mu=mu,
        sigma=sigma,
        caps=arrays.caps,
        available=usable_of(arrays) & ~busy & ~weeks.off,
        town=arrays.town.astype(np.int16),
    )
    needs = tuple(Need(bits[need.capability], need.people, need.due_minutes) for need in template.needs)
    return Case(
        template=template,
        problem=Problem(candidates, needs, template.target, said.rho, said.rho_town),
        arrays=arrays,
        spots=points,
        slugs={bit: slug for slug, bit in bits.items()},
        roster_hash=_hash(template, candidates, points, said.model_version, roads.key),
        model_version=said.model_version,
    )


def _trip(roads: Roads, arrays: MemberArrays, points: tuple[Spot, ...]) -> Trip:
    """Without any known home there is no point to assume either: everybody is taken as far out."""
    if not points:
        return Trip(np.full(len(arrays), UNKNOWN_HOME_MINUTES), np.full(len(arrays), UNKNOWN_HOME_SPREAD))
    minutes, spread, _ = quickest(roads, arrays, points)
    return Trip(minutes, spread)


def _hash(template: Template, people: Candidates, points: tuple[Spot, ...], model: str, roads: str) -> str:
    digest = hashlib.sha256(repr((template, points, model, roads)).encode())
    for part in (
        people.caps,
        people.available,
        people.offset_minutes,
        np.round(people.mu, 6),
        np.round(people.show, 9),
    ):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()


def seed_of(template: Template, at: datetime) -> int:
    """Seed of an answer: fixed by template and moment, so that it can be computed again."""
    return int.from_bytes(hashlib.sha256(f"{template.slug}:{at.isoformat()}".encode()).digest()[:4], "big")


def answer(template: Template, at: datetime, late: Late | None = None) -> Answer:
    """Whether the template holds. Error: SolveTimeout once `late` says so."""
    case = case_of(template, at)
    if case is None:
        return Answer("nobody", None, None, None, "", "", {})
    said = solve(case.problem, seed=seed_of(template, at), deadline=late, repairs=False)
    plan = said if isinstance(said, Plan) else said.best
    proof = plan.certificate
    result: Facts = {
        "points": [_spot(one) for one in case.spots],
        "lines": _lines(case, plan),
        "alert": case.arrays.ids[plan.alert].tolist(),
        "expected_present": plan.expected_present,
        "certificate": _certificate(proof),
    }
    if isinstance(said, Plan):
        return Answer("holds", proof.p_low, proof.p_hat, proof.p_high, case.roster_hash, case.model_version, result)
    result["shortfall"] = {"lines": list(said.lines), "missing": said.missing, "best_p_low": said.best_p_low}
    return Answer("short", said.best_p_low, None, None, case.roster_hash, case.model_version, result)


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
