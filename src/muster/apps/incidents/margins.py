"""What is worth knowing beside a proposal: ten fewer and ten more people, and what it costs to call whole units.

Ten fewer, ten more: its chance with the ten least missed left out, or the ten next best added. The price of cohesion: the
alerts that would do if people were called one by one, certified like the proposal.

A slower second step of the solve lane, like the search for repairs: the answer itself is on the desk long before.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np
import structlog

from muster.apps.incidents.actions.solving import claim_solve, drop_claim, store_run
from muster.apps.incidents.models import Callout, SolveRun
from muster.apps.incidents.models.callout import CalloutState
from muster.apps.incidents.problem import problem_for
from muster.apps.incidents.solving import seed_of
from muster.core.errors import MusterError
from muster.planning.evaluate import evaluate
from muster.planning.field import field_of, survey
from muster.planning.outcome import Plan
from muster.planning.problem import Problem
from muster.planning.search import Sample
from muster.planning.solve import solve

log = structlog.get_logger(__name__)

STEP = 10
COHESION_SECONDS = 20.0  # below the lease of a claim
ASK_SECONDS = 0.1
SAMPLE = 2048  # turnouts on which people are compared; the chances shown come from fresh ones


def margins_of(problem: Problem, alert: np.ndarray, *, seed: int, step: int = STEP) -> dict[str, dict[str, float]]:
    """{"fewer": {"n", "p_low", "p_hat"}, "more": {…}} for alerting `step` people less or more than `alert` (indices).

    "fewer" is missing where that would leave nobody, "more" where fewer than `step` others could help.
    """
    people = problem.candidates
    view = survey(problem)
    named = np.zeros(len(people), np.bool_)
    named[alert] = True
    useful = (people.available | people.fixed | named) & (view.chance.max(axis=1) > 0)
    field = field_of(view, np.flatnonzero(useful), complete=True)
    sample = Sample(field, np.random.default_rng([seed, step]), SAMPLE)
    held = (named | people.fixed)[field.people]
    found: dict[str, dict[str, float]] = {}
    for word, chosen in (("fewer", _without(sample, held, step)), ("more", _with(sample, held, step))):
        if chosen is not None:
            worth = evaluate(problem, field.people[chosen], seed=seed)
            found[word] = {"n": step, "p_low": worth.p_low, "p_hat": worth.p_hat}
    return found


def _without(sample: Sample, held: np.ndarray, step: int) -> np.ndarray | None:
    """Rows left when the least missed go one by one, each counted after the one before has gone."""
    sample.restart(np.flatnonzero(held))
    if len(sample.removable) <= step:
        return None
    for _ in range(step):
        rows = sample.removable
        sample.drop(int(rows[np.argmin(sample.losses(rows))]))
    return sample.rows


def _with(sample: Sample, held: np.ndarray, step: int) -> np.ndarray | None:
    """Rows when those who help most are added one by one."""
    free = np.flatnonzero(~held & sample.field.problem.candidates.available[sample.field.people])
    if len(free) < step:
        return None
    sample.restart(np.flatnonzero(held))
    for _ in range(step):
        gains = sample.gains()[free]
        gains = gains if gains.any() else sample.reserve()[free]
        best = int(np.argmax(gains))
        sample.add(int(free[best]))
        free = np.delete(free, best)
    return sample.rows


def nobody_waits() -> bool:
    """Nothing else to do."""
    return False


def seek_margins(callout: Callout, wanted_elsewhere: Callable[[], bool] = nobody_waits) -> bool:
    """Compute and store what belongs beside this callout's newest proposal, if it is wanted and nobody else is at it.

    That are its margins, or the price of cohesion where units are called. The run is stored again with it, as it is with
    repairs. False when there was nothing to do, the state moved on, or it was given up for an answer that is waited for.
    """
    run = callout.solve_runs.order_by("-id").first()
    if run is None or callout.state != CalloutState.RECOMMENDED or not _wants(callout, run):
        return False
    claim = claim_solve(callout.pk)
    if claim is None:
        return False
    kept = False
    try:
        found = _found(callout, run, wanted_elsewhere)
        if found is not None:
            run.certificate = {**run.certificate, _key(callout): found}
            run.pk = None
            run._state.adding = True
            kept = store_run(callout.pk, claim, run)
    finally:
        if not kept:
            drop_claim(callout.pk, claim)
    return kept


def seek_any_margins(wanted_elsewhere: Callable[[], bool] = nobody_waits) -> bool:
    """The same for the first waiting proposal that wants them; for the solve lane when nothing else is to be done.

    wanted_elsewhere: asked now and then, whether a callout waits for its answer meanwhile.
    """
    rows = Callout.objects.filter(state=CalloutState.RECOMMENDED, solve_claim="")
    return any(seek_margins(row, wanted_elsewhere) for row in rows)


def _wants(callout: Callout, run: SolveRun) -> bool:
    searched = run.outcome == "plan" or (run.outcome == "shortfall" and run.shortfall.get("sought") is not False)
    answers_this = run.seq == callout.wanted_seq == callout.solved_seq
    # A shortfall of units may be due to the units alone: that is worth knowing above all where nobody is proposed.
    worth = bool(run.proposal) or callout.by_units
    with_texts = "without_channel" not in run.certificate  # else ten more texts change nothing
    return searched and answers_this and worth and with_texts and _key(callout) not in run.certificate


def _key(callout: Callout) -> str:
    return "cohesion" if callout.by_units else "margins"


class _Late:
    """Whether its time is up or somebody waits for an answer; that is asked ten times a second at most."""

    def __init__(self, wanted_elsewhere: Callable[[], bool]) -> None:
        self.given_up = False
        self._wanted = wanted_elsewhere
        self._until = time.monotonic() + COHESION_SECONDS
        self._ask_at = 0.0

    def __call__(self) -> bool:
        moment = time.monotonic()
        if not self.given_up and moment >= self._ask_at:
            self._ask_at = moment + ASK_SECONDS
            self.given_up = self._wanted()
        return self.given_up or moment > self._until


def cohesion_of(
    problem: Problem, *, seed: int, wanted_elsewhere: Callable[[], bool] = nobody_waits
) -> dict[str, float] | None:
    """The same promise with people called one by one: {"alerts", "p_low", "p_hat", "holds"}.

    `holds` is False when not even that is enough: then the figures are those of everybody useful. None when it was given
    up because another callout waits for its answer: half a search would state a price that is too high.
    """
    late = _Late(wanted_elsewhere)
    try:
        said = solve(problem, seed=seed, deadline=late, repairs=False)
    except MusterError:
        if late.given_up:
            return None
        raise
    if late.given_up:
        return None
    plan = said if isinstance(said, Plan) else said.best
    proof = plan.certificate
    return {
        "alerts": len(plan.alert), "p_low": proof.p_low, "p_hat": proof.p_hat, "holds": isinstance(said, Plan)
    }  # fmt: skip


def _found(callout: Callout, run: SolveRun, wanted_elsewhere: Callable[[], bool]) -> Mapping[str, object] | None:
    """Both at the run's own moment; None when the books have moved since or it was given up, {} when they can not be
    computed."""
    bundle = problem_for(callout, run.at)
    if bundle.roster_hash != run.roster_hash or bundle.problem is None:
        return None
    seed = seed_of(callout, run.at)
    places = np.flatnonzero(np.isin(bundle.member_ids, np.array([member for member, _order in run.proposal])))
    try:
        if callout.by_units:
            return cohesion_of(bundle.problem, seed=seed, wanted_elsewhere=wanted_elsewhere)
        return margins_of(bundle.problem, places, seed=seed)
    except MusterError as error:
        log.warning("margins.not_computed", callout=callout.pk, code=error.code)
        return {}
