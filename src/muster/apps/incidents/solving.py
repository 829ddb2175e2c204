"""One answer for one callout: the problem of this moment goes to the planner, its answer becomes a SolveRun.

Before approval the planner chooses whom to alert. Afterwards it says what those already alerted are worth, and, when that
is too little, the smallest addition. Lines whose time has passed are facts, not forecasts.

While the gateway is known to take no texts (see `texting`), new alerts by text count for nothing: a running callout is
offered only people who are called by telephone; a first proposal still names whom the planner would call, for somebody has
to stand on the call list, but promises only what comes without a text. The certificate says so: without_channel "sms".
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from django.utils import timezone

from muster.apps.incidents.blocks import groups_of
from muster.apps.incidents.models import Alert, Callout, SolveRun
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.problem import Bundle, problem_for
from muster.apps.incidents.states import COMING, UNAPPROVED, WAITING
from muster.planning.chances import arrived_by
from muster.planning.evaluate import Evaluation, evaluate
from muster.planning.outcome import LineForecast, Plan, Repair, Shortfall
from muster.planning.release import can_release
from muster.planning.replan import replan
from muster.planning.solve import SolveTimeout, solve
from muster.planning.units import solve_units

DEADLINE_SECONDS = 20.0
NOBODY = np.zeros(0, np.int64)
NONE_KEPT: list[int] = []


def answer(
    callout: Callout, at: datetime, *, repairs: bool = False, late: Callable[[], bool] | None = None
) -> SolveRun:
    """An unsaved SolveRun for the callout's state as of `at`. Same state and time, same answer (but for seconds).

    `repairs`: with a shortfall also look for certified repairs, which takes seconds more. `late` says when to give up;
    after DEADLINE_SECONDS by default.
    """
    started = time.monotonic()
    bundle = problem_for(callout, at)
    run = SolveRun(
        seq=callout.wanted_seq, at=at, roster_hash=bundle.roster_hash, model_version=bundle.model_version,
        excluded=bundle.excluded,
    )  # fmt: skip
    try:
        _fill(run, callout, bundle, _Order(seed_of(callout, at), repairs, late or _deadline(started)))
    except SolveTimeout:
        run.outcome = "timeout"
    run.certificate["posts_full"] = _posts_full(callout)
    run.solved_at = timezone.now()
    if bundle.without_channel:
        run.certificate["without_channel"] = bundle.without_channel
    run.seconds = time.monotonic() - started
    return run


def _deadline(started: float) -> Callable[[], bool]:
    return lambda: time.monotonic() - started > DEADLINE_SECONDS


def seed_of(callout: Callout, at: datetime) -> int:
    """Seed of this answer: fixed by callout, state and moment, so that it can be computed again."""
    name = f"{callout.pk}:{callout.wanted_seq}:{at.isoformat()}"
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")


@dataclass(frozen=True, slots=True)
class _Order:
    """How to solve: seed, whether repairs are wanted, and when time is out."""

    seed: int
    repairs: bool
    late: Callable[[], bool]


def _fill(run: SolveRun, callout: Callout, bundle: Bundle, order: _Order) -> None:
    if bundle.problem is None:
        _measured(run, bundle)
    elif callout.state in UNAPPROVED:
        _first(run, callout, bundle, order)
    else:
        _running(run, callout, bundle, order)


def _measured(run: SolveRun, bundle: Bundle) -> None:
    """Every line's time has passed and was met, or there are no needs at all."""
    run.outcome = "enough" if bundle.met else "shortfall"
    run.certificate = {"measured": bool(bundle.met)}
    if bundle.met:
        run.p_low = run.p_hat = run.p_high = 1.0


def _first(run: SolveRun, callout: Callout, bundle: Bundle, order: _Order) -> None:
    said, leaders = _chosen(bundle, order)
    plan, kept = (said, True) if isinstance(said, Plan) else (said.best, False)
    run.groups = groups_of(bundle.blocks, bundle.member_ids, plan.alert, leaders)
    bundle = _as_texts_leave(bundle, run.groups, plan.alert)
    worth = evaluate(bundle.problem, plan.alert, seed=order.seed)
    if bundle.without_channel:
        plan, kept = _promising(plan, worth), worth.p_low >= callout.target
    if bundle.missed:
        run.certificate = {"missed": list(bundle.missed)}
    _propose(run, bundle, plan)
    posts = np.zeros(len(bundle.member_ids), np.int64)
    posts[plan.alert] = [order or 0 for _, order in run.proposal]
    run.per_line = _lines(plan.per_line, bundle, _expected(bundle, posts))
    run.outcome = "plan" if kept else "shortfall"
    if not kept:
        run.shortfall = _shortfall(said, bundle, order.repairs) if isinstance(said, Shortfall) else {}
        if bundle.without_channel:  # what was sought took texts for granted; nothing but a telephone mends this
            run.shortfall = {**run.shortfall, "best_p_low": worth.p_low, "sought": True, "repairs": []}
    run.band = _band(worth, callout, run.at)


def _as_texts_leave(bundle: Bundle, groups: list[dict[str, int]], alert: np.ndarray) -> Bundle:
    """With nobody expected whom a new alert does not reach for now. Who is called through a lead hears what the lead hears,
    whatever telephone he has himself."""
    if not bundle.without_channel:
        return bundle
    muted = bundle.muted.copy()
    for group in groups:
        own = alert[bundle.blocks.unit[alert] == group["unit"]] if bundle.blocks is not None else alert[:0]
        muted[own] = bundle.muted[bundle.member_ids == group["lead"]].any()
    people = bundle.problem.candidates
    people = replace(people, show=np.where(muted & ~people.fixed, 0.0, people.show))
    return replace(bundle, problem=replace(bundle.problem, candidates=people))


def _promising(plan: Plan, worth: Evaluation) -> Plan:
    """The same people with another promise."""
    proof = replace(plan.certificate, p_low=worth.p_low, p_hat=worth.p_hat, p_high=worth.p_high, tries=1)
    proof = replace(proof, turnouts=worth.turnouts, confidence=worth.confidence)
    return replace(plan, certificate=proof, per_line=worth.per_line, expected_present=worth.expected_present)


def _chosen(bundle: Bundle, order: _Order) -> tuple[Plan | Shortfall, dict[int, int]]:
    """Whom to alert, and through whom (unit -> row) where whole units are called."""
    if bundle.blocks is None:
        return solve(bundle.problem, seed=order.seed, deadline=order.late, repairs=order.repairs), {}
    found = solve_units(bundle.problem, bundle.blocks, seed=order.seed, deadline=order.late, repairs=order.repairs)
    return (found, {}) if isinstance(found, Shortfall) else (found.plan, found.leaders)


def _running(run: SolveRun, callout: Callout, bundle: Bundle, order: _Order) -> None:
    worth = evaluate(bundle.problem, NOBODY, seed=order.seed)
    run.p_low, run.p_hat, run.p_high = worth.p_low, worth.p_hat, worth.p_high
    run.per_line = _lines(worth.per_line, bundle, _expected(bundle, bundle.posts))
    run.band = _band(worth, callout, run.at)
    run.certificate = {
        "turnouts": worth.turnouts,
        "confidence": worth.confidence,
        "seed": order.seed,
        "target": callout.target,
    }
    if bundle.missed:
        run.certificate["missed"] = list(bundle.missed)
        run.p_low = run.p_hat = run.p_high = 0.0
        run.certificate["measured"] = len(bundle.missed) == len(bundle.orders)
    if worth.p_low >= callout.target:
        run.outcome = "shortfall" if bundle.missed else "enough"
        run.releasable = _releasable(callout, bundle, order)
        return
    said = replan(bundle.problem, seed=order.seed, deadline=order.late, repairs=order.repairs)
    plan = said if isinstance(said, Plan) else said.best
    _propose(run, bundle, plan)
    run.outcome = "plan" if isinstance(said, Plan) else "shortfall"
    if isinstance(said, Shortfall):
        run.shortfall = _shortfall(said, bundle, order.repairs)


def _releasable(callout: Callout, bundle: Bundle, order: _Order) -> list[int]:
    """Alert ids of people who said they come and may be told not to, with the promise kept by the rest."""
    if not callout.alerts.filter(state__in=COMING).exists():
        return NONE_KEPT
    rows = can_release(bundle.problem, seed=order.seed, deadline=order.late, holds=True)
    ids = bundle.alert_ids[rows]
    coming = Alert.objects.filter(pk__in=ids.tolist(), state__in=COMING)
    # A lead stays as long as people of his wait for him: nobody else has called them.
    waited_for = callout.alerts.filter(channel="lead", state__in=WAITING).values("through")
    return sorted(coming.exclude(pk__in=waited_for).values_list("pk", flat=True))


def _propose(run: SolveRun, bundle: Bundle, plan: Plan) -> None:
    members = bundle.member_ids[plan.alert].tolist()
    orders = [bundle.orders[post] if post >= 0 else None for post in plan.posts.tolist()]
    run.proposal = [[member, order] for member, order in zip(members, orders, strict=True)]
    proof = plan.certificate
    run.proposed_p_low, run.proposed_p_hat = proof.p_low, proof.p_hat
    run.certificate = {
        **run.certificate,
        "proposed": {
            "turnouts": proof.turnouts, "confidence": proof.confidence, "tries": proof.tries, "seed": proof.seed,
            "target": proof.target, "rho": proof.rho, "rho_town": proof.rho_town, "p_high": proof.p_high,
            "expected_present": plan.expected_present, "lower_bound_alerts": plan.lower_bound_alerts,
        },
    }  # fmt: skip


def _expected(bundle: Bundle, posts: np.ndarray) -> dict[int, float]:
    """Need order -> people expected at that post in time, each person counted at one post only."""
    people = bundle.problem.candidates
    dues = np.array([need.due_minutes for need in bundle.problem.needs])
    by_due = arrived_by(people, dues)
    return {
        order: float(people.show[posts == order] @ by_due[posts == order, line])
        for line, order in enumerate(bundle.orders)
    }


def _lines(lines: tuple[LineForecast, ...], bundle: Bundle, expected: dict[int, float]) -> list[dict[str, object]]:
    """One row per need line, in the plan's order; lines whose time has passed carry the fact."""
    rows: list[dict[str, object]] = []
    for line in lines:
        order = bundle.orders[line.line]
        p, p_low = (0.0, 0.0) if order in bundle.missed else (line.p, line.p_low)
        rows.append({"order": order, "p": p, "p_low": p_low, "expected": expected[order], "assigned": line.assigned})
    rows += [{"order": order, "p": 1.0, "p_low": 1.0, "expected": None, "assigned": None} for order in bundle.met]
    return sorted(rows, key=lambda row: row["order"])


def _band(worth: Evaluation, callout: Callout, at: datetime) -> dict[str, list[float]]:
    gone = (at - callout.incident.t0).total_seconds() / 60
    band = worth.band
    return {
        "minutes": [round(minute + gone, 2) for minute in band.minutes.tolist()],
        "low": band.low.tolist(), "median": band.median.tolist(), "high": band.high.tolist(),
    }  # fmt: skip


def _shortfall(said: Shortfall, bundle: Bundle, sought: bool) -> dict[str, object]:
    return {
        "orders": [bundle.orders[line] for line in said.lines],
        "missing": said.missing,
        "best_p_low": said.best_p_low,
        "sought": sought,
        "repairs": [_repair(repair, bundle) for repair in said.repairs],
    }


def _repair(repair: Repair, bundle: Bundle) -> dict[str, object]:
    return {
        "kind": repair.kind, "p_low": repair.p_low, "alerts": repair.alerts, "minutes": repair.minutes,
        "order": None if repair.line is None else bundle.orders[repair.line],
        "people": repair.people, "target": repair.target, "capability": repair.capability,
    }  # fmt: skip


def _posts_full(callout: Callout) -> bool:
    needs = {need.pk: need.people for need in callout.needs.all()}
    here = callout.alerts.filter(state=AlertState.CHECKED_IN).exclude(post=None)
    for post in here.values_list("post_id", flat=True):
        needs[post] -= 1
    return bool(needs) and all(left <= 0 for left in needs.values())
