"""The solve lane's writes: claiming a callout that wants an answer, storing the answer, giving up on one in time."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from muster.access.rights import SYSTEM, Actor, Right, check
from muster.apps.incidents.actions.common import lock, note, want_solve
from muster.apps.incidents.models import Callout, SolveRun
from muster.apps.incidents.models.callout import CalloutState
from muster.apps.incidents.states import CALLOUT_STEPS, RUNNING, UNAPPROVED, step

BEFORE_APPROVAL = 15  # a proposal on the table is computed anew this many times more rarely
LEASE = timedelta(seconds=30)


def claim_solve(callout_id: int) -> str | None:
    """Take the right to solve this callout (compare-and-set, real-time lease); None when another worker has it."""
    moment = timezone.now()
    # A claim from the time to come is nobody's either: the host's clock was set back.
    free = Q(solve_claim="") | Q(solve_claimed_at__lt=moment - LEASE) | Q(solve_claimed_at__gt=moment + LEASE)
    token = secrets.token_hex(8)
    taken = Callout.objects.filter(free, pk=callout_id).update(solve_claim=token, solve_claimed_at=moment)
    return token if taken else None


@transaction.atomic
def store_run(callout_id: int, claim: str, run: SolveRun) -> bool:
    """Keep the answer and let go of the claim. False when the claim was lost meanwhile: then nothing is kept."""
    row = lock(callout_id)
    if row.solve_claim != claim:
        return False
    last = row.solve_runs.order_by("-id").first()
    run.callout = row
    run.save(force_insert=True)
    row.solved_seq = max(row.solved_seq, run.seq)
    row.solve_claim, row.solve_claimed_at = "", None
    row.state = _state_after(row, run)
    row.save(update_fields=["solved_seq", "solve_claim", "solve_claimed_at", "state"])
    if _is_news(row, last, run):
        note(row.incident, "callout.solved", SYSTEM, payload=_facts(run))
    return True


def _state_after(callout: Callout, run: SolveRun) -> str:
    if callout.state == CalloutState.DRAFT and run.outcome != "timeout":
        return step(CALLOUT_STEPS, callout.state, CalloutState.RECOMMENDED)
    if callout.state not in RUNNING or run.p_low is None:
        return callout.state
    posts_full = run.certificate.get("posts_full", False)
    if posts_full:
        return CalloutState.FILLED
    return CalloutState.FILLING if run.p_low >= callout.target or run.outcome == "plan" else CalloutState.SHORT


def _is_news(callout: Callout, last: SolveRun | None, run: SolveRun) -> bool:
    """The journal keeps the turns of the story, not every tick: first answer, crossing the target, moves of 5 points."""
    if last is None or last.outcome != run.outcome:
        return True
    if callout.state in UNAPPROVED:
        return last.proposed_p_low != run.proposed_p_low
    before, after = last.p_hat or 0.0, run.p_hat or 0.0
    return (before >= callout.target) != (after >= callout.target) or abs(before - after) >= 0.05


def _facts(run: SolveRun) -> dict[str, object]:
    return {
        "outcome": run.outcome, "seq": run.seq, "p_hat": run.p_hat, "p_low": run.p_low,
        "proposed": len(run.proposal), "proposed_p_low": run.proposed_p_low,
        "missing": run.shortfall.get("missing", 0), "model": run.model_version, "roster": run.roster_hash[:16],
    }  # fmt: skip


@transaction.atomic
def drop_claim(callout_id: int, claim: str) -> None:
    """Let go without an answer."""
    Callout.objects.filter(pk=callout_id, solve_claim=claim).update(solve_claim="", solve_claimed_at=None)


@transaction.atomic
def ask_again(actor: Actor, callout: Callout) -> Callout:
    """Ask for a fresh answer by hand, or because the certificate on the table is stale."""
    check(actor, Right.SEE_INCIDENTS)
    row = lock(callout.pk)
    want_solve(row)
    return row


@transaction.atomic
def solve_all_again() -> None:
    """Something that all callouts rest on has changed, such as the roads: every one wants a fresh answer."""
    live = Callout.objects.filter(state__in=[*UNAPPROVED, *RUNNING]).order_by("pk").values_list("pk", flat=True)
    for callout_id in list(live):
        want_solve(lock(callout_id))


def short_of_people() -> list[Callout]:
    """Callouts before approval whose newest answer is a shortfall for which nobody has looked for repairs yet."""
    found = []
    for callout in Callout.objects.filter(state=CalloutState.RECOMMENDED, solve_claim="").select_related("incident"):
        run = callout.solve_runs.order_by("-id").only("callout_id", "outcome", "shortfall").first()
        if run is not None and run.outcome == "shortfall" and run.shortfall.get("sought") is False:
            found.append(callout)
    return found


def waiting(at: datetime, stale_after: timedelta) -> list[int]:
    """Callouts that want an answer: something changed, or the shown number is getting old while people are under way."""
    live = Callout.objects.filter(state__in=[*UNAPPROVED, *RUNNING])
    changed = list(live.filter(wanted_seq__gt=F("solved_seq")).values_list("pk", flat=True))
    rest = list(live.exclude(pk__in=changed))
    old = [row.pk for row in rest if _is_old(row, at, stale_after * (1 if row.state in RUNNING else BEFORE_APPROVAL))]
    return changed + old


def _is_old(callout: Callout, at: datetime, stale_after: timedelta) -> bool:
    run = callout.solve_runs.order_by("-id").only("callout_id", "at", "certificate").first()
    if run is None:
        return True
    fresh = timedelta(0) <= at - run.at < stale_after  # an answer from the time to come: the clock was set back
    return not fresh and not run.certificate.get("measured", False)
