"""The solve lane: answers every callout whose state has moved, newest state first, and keeps shown numbers young.

With no callout to answer it checks the shipped plans, and leaves off as soon as one comes."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.utils import timezone

from muster.apps.incidents.actions import (
    call_people_of_silent_leads,
    claim_solve,
    drop_claim,
    follow_up,
    send_replacements,
    store_run,
)
from muster.apps.incidents.actions.solving import short_of_people, waiting
from muster.apps.incidents.margins import seek_any_margins
from muster.apps.incidents.models import Callout, SolveRun
from muster.apps.incidents.solving import answer
from muster.apps.plans.jobs import check_step
from muster.core.errors import MusterError
from muster.jobs.clock import is_held, now, speed
from muster.jobs.lanes import Lane

log = structlog.get_logger(__name__)

REPAIR_SECONDS = 25.0  # below the lease of a claim
FRESH_SECONDS = 2.0  # a shown number is at most 3 s old: 2 s of waiting and up to 1 s of solving
STEPPED_SECONDS = 20.0  # an exercise clock that stands still between steps: re-solve once it has moved this far


def stale_after() -> timedelta:
    """Age on the system's clock after which a running callout is solved again although nobody answered."""
    factor = speed()
    return timedelta(seconds=FRESH_SECONDS * factor if factor > 0 else STEPPED_SECONDS)


def unsolved() -> int:
    """How many callouts wait for an answer right now."""
    return len(waiting(now(), stale_after()))


def solve_step() -> bool:
    """Answer one waiting callout; False when none waits."""
    if is_held():
        return False
    if call_people_of_silent_leads(now()) or follow_up(now()):
        return True
    for callout_id in waiting(now(), stale_after()):
        claim = claim_solve(callout_id)
        if claim is None:
            continue
        _solve_one(callout_id, claim)
        return True
    return _seek_repairs() or seek_any_margins(_wanted) or check_step(_wanted)


def _wanted() -> bool:
    return unsolved() > 0


def _seek_repairs() -> bool:
    """With nothing else to do: look for certified repairs of a callout that is short and not yet approved.

    Given up at once when its state moves on; the answer without repairs has long been on the desk.
    """
    for callout in short_of_people():
        claim = claim_solve(callout.pk)
        if claim is None:
            continue
        kept = False
        try:
            run = answer(callout, now(), repairs=True, late=_moved_on(callout))
            kept = run.outcome != "timeout" and store_run(callout.pk, claim, run)
        finally:
            if not kept:
                drop_claim(callout.pk, claim)
        return kept
    return False


def _moved_on(callout: Callout) -> Callable[[], bool]:
    until = time.monotonic() + REPAIR_SECONDS
    mine = Callout.objects.filter(pk=callout.pk, wanted_seq=callout.wanted_seq)
    return lambda: time.monotonic() > until or not mine.exists()


def _solve_one(callout_id: int, claim: str) -> None:
    callout = Callout.objects.select_related("incident").get(pk=callout_id)
    kept = False
    try:
        run = answer(callout, now())
        kept = store_run(callout_id, claim, run)
        if kept:
            send_replacements(callout, run)
    except MusterError as error:
        log.error("solve.failed", callout=callout_id, code=error.code, at=timezone.now().isoformat())
        give_up(callout, claim, error)
    finally:
        if not kept:
            drop_claim(callout_id, claim)


def give_up(callout: Callout, claim: str, error: MusterError) -> None:
    """Say on the desk that this state could not be solved; the desk may pick by hand meanwhile."""
    run = SolveRun(seq=callout.wanted_seq, at=now(), solved_at=timezone.now(), seconds=0.0, outcome="timeout")
    run.shortfall = {"error": error.code}
    store_run(callout.pk, claim, run)


SOLVE_LANE = Lane(name="solve", step=solve_step, idle_seconds=0.05)
