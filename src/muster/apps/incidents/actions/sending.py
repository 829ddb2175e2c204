"""Sending people their alerts. Nothing leaves before a named person has approved it; nobody gets two alerts of one callout."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta

from django.db import transaction

from muster.access.rights import SYSTEM, Actor, Right, check
from muster.apps.channels.actions import cancel_waiting, queue_message
from muster.apps.incidents import wording
from muster.apps.incidents.actions.alerting import alert_people
from muster.apps.incidents.actions.common import lock, note, want_solve
from muster.apps.incidents.led import perhaps_called, said_shares, unnamed_missing
from muster.apps.incidents.models import Callout, SolveRun, Wave
from muster.apps.incidents.models.callout import AlertState, CalloutState
from muster.apps.incidents.models.incident import IncidentState
from muster.apps.incidents.problem import Bundle, problem_for
from muster.apps.incidents.reach import reach_of
from muster.apps.incidents.states import (
    ALERT_STEPS,
    CALLOUT_STEPS,
    COMING,
    GONE,
    INCIDENT_STEPS,
    OPEN,
    RUNNING,
    UNAPPROVED,
    step,
)
from muster.apps.people.models import Member, Unit
from muster.apps.plans.models import TERMS, ReplacementPolicy
from muster.apps.service.actions import free
from muster.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from muster.jobs.clock import now

STALE_AFTER = timedelta(minutes=5)
HAND_PER_POST = 3


def is_pre_authorised(callout: Callout) -> bool:
    """The head pre-authorised this plan, and the needs are still the plan's."""
    plan = callout.incident.plan
    if plan is None or plan.pre_authorised_at is None or callout.target > plan.target:
        return False
    if any(getattr(callout, name) != getattr(plan, name) for name in TERMS):
        return False
    mine = [(n.capability_id, n.people, n.due_minutes) for n in callout.needs.all()]
    return mine == [(n.capability_id, n.people, n.due_minutes) for n in plan.needs.all()]


def may_approve(actor: Actor, callout: Callout) -> str:
    """ "" when the actor may approve this callout, else the code of the reason why not."""
    if actor.may(Right.APPROVE):
        return ""
    if not actor.may(Right.APPROVE_PRE_AUTHORISED):
        return "incidents.may_not_approve"
    return "" if is_pre_authorised(callout) else "incidents.not_pre_authorised"


def _check_may_approve(actor: Actor, callout: Callout) -> None:
    reason = may_approve(actor, callout)
    if reason:
        raise NotAllowed(reason, role=actor.role)


def approve(actor: Actor, callout: Callout, run_id: int, reason: str = "") -> Wave:
    """Approve what solve run `run_id` proposes and send it.

    A stale certificate is solved again first: this raises Conflict("incidents.certificate_stale") after asking for it.
    Two desks at once: the second gets Conflict("incidents.already_approved") with who was first.
    """
    try:
        return _approve(actor, callout, run_id, reason)
    except Conflict as conflict:
        if conflict.code == "incidents.certificate_stale":
            with transaction.atomic():
                want_solve(lock(callout.pk))
        raise


@transaction.atomic
def _approve(actor: Actor, callout: Callout, run_id: int, reason: str) -> Wave:
    row = lock(callout.pk)
    _check_may_approve(actor, row)
    if row.state not in UNAPPROVED | RUNNING:
        raise Conflict("incidents.callout_over")
    run = row.solve_runs.filter(pk=run_id).first()
    if run is None:
        raise NotFound("incidents.no_such_proposal")
    used = Wave.objects.filter(callout=row, solve_run__isnull=False).order_by("-number").first()
    if used is not None and used.solve_run_id >= run.pk:
        raise Conflict("incidents.already_approved", by=used.ordered_by)
    newer = row.waves.filter(ordered_at__gt=run.at).order_by("-number").first()
    if newer is not None:  # somebody has sent since this was computed: it does not know of those people
        raise Conflict("incidents.already_approved", by=newer.ordered_by)
    newest = row.solve_runs.order_by("-id").first()
    if not run.proposal or (newest.outcome == "enough" and row.state in RUNNING):
        raise Conflict("incidents.nothing_proposed")
    bundle = problem_for(row, now())
    if run.roster_hash != bundle.roster_hash or now() - run.at > STALE_AFTER:
        raise Conflict("incidents.certificate_stale")
    first = row.state in UNAPPROVED
    wave = _send(row, actor, bundle, run.proposal, origin="plan" if first else "replacement", reason=reason, run=run)
    if first:
        row.stated_p = run.proposed_p_low
        row.save(update_fields=["stated_p"])
    return wave


@transaction.atomic
def send_by_hand(
    actor: Actor, callout: Callout, member_ids: Iterable[int], unit_ids: Iterable[int] = (), reason: str = ""
) -> Wave:
    """Alert these people and everybody in these units now, without waiting for a solve. P follows when it is ready."""
    row = lock(callout.pk)
    _check_may_approve(actor, row)
    if row.state not in UNAPPROVED | RUNNING:
        raise Conflict("incidents.callout_over")
    bundle = problem_for(row, now(), with_problem=False)
    wanted = set(member_ids) | _members_of(unit_ids)
    chosen = sorted(wanted & set(bundle.member_ids[bundle.available].tolist()))
    if not chosen:
        raise InvalidInput("incidents.nobody_callable", chosen=len(wanted))
    caps = dict(zip(bundle.member_ids.tolist(), bundle.caps.tolist(), strict=True))
    _check_hand_bounds(actor, row, [caps[member] for member in chosen])
    lines = [[member, _first_line(row, caps[member])] for member in chosen]
    return _send(row, actor, bundle, lines, origin="hand", reason=reason, run=None, left_out=len(wanted) - len(chosen))


def _members_of(unit_ids: Iterable[int]) -> set[int]:
    found: set[int] = set()
    for unit in Unit.objects.filter(pk__in=list(unit_ids)):
        inside = Member.objects.filter(unit__path__startswith=unit.path + "/") | Member.objects.filter(unit=unit)
        found.update(inside.values_list("pk", flat=True))
    return found


def _check_hand_bounds(actor: Actor, callout: Callout, masks: Sequence[int]) -> None:
    """Alone, the duty officer keeps to the pre-authorised plan also by hand: its capabilities, and three people a post."""
    if actor.may(Right.APPROVE):
        return
    needs = list(callout.needs.select_related("capability"))
    wanted = sum(1 << bit for bit in {need.capability.bit for need in needs})
    most = HAND_PER_POST * sum(need.people for need in needs)
    if any(not mask & wanted for mask in masks) or callout.alerts.count() + len(masks) > most:
        raise NotAllowed("incidents.hand_beyond_plan", most=most)


def _first_line(callout: Callout, mask: int) -> int | None:
    """Order of the scarcest line (fewest heads) this person can serve; None for a general hand."""
    able = [need for need in callout.needs.select_related("capability") if mask >> need.capability.bit & 1]
    return min(able, key=lambda need: (need.people, need.order)).order if able else None


def send_replacements(callout: Callout, run: SolveRun) -> Wave | None:
    """Automatic policy: send what the newest run proposes, like for like and never more than were lost since."""
    with transaction.atomic():
        row = lock(callout.pk)
        if row.policy != ReplacementPolicy.AUTOMATIC or row.state not in RUNNING:
            return None
        if run.outcome != "plan" or not run.proposal or run.seq != row.wanted_seq:
            return None
        lost = _lost_heads(row)
        sent = row.alerts.filter(wave__origin="replacement").count()
        if len(run.proposal) > lost - sent:
            return None
        bundle = problem_for(row, now())
        if bundle.roster_hash != run.roster_hash:
            want_solve(row)
            return None
        return _send(row, SYSTEM, bundle, run.proposal, origin="replacement", reason="", run=run, order=row.approved_by)


def _lost_heads(callout: Callout) -> int:
    """How many of those called do not count any more: who refused, whom no text reached, whom a lead's number leaves out.

    Of people whose lead has given a number, the number tells."""
    alerts = list(callout.alerts.all())
    behind_number = said_shares(alerts)
    reach = reach_of(callout, alerts, now())
    unreached = sum(alert.pk in reach.lost and alert.member_id not in behind_number for alert in alerts)
    return sum(alert.state in GONE for alert in alerts) + unreached + unnamed_missing(callout)


def _send(
    callout: Callout,
    actor: Actor,
    bundle: Bundle,
    lines: Sequence[Sequence[int | None]],
    *,
    origin: str,
    reason: str,
    run: SolveRun | None,
    left_out: int = 0,
    order: str = "",
) -> Wave:
    """Write wave, alerts and messages in one transaction; the send lane takes it from there."""
    moment = now()
    wave = Wave(
        callout=callout,
        number=callout.waves.count() + 1,
        origin=origin,
        ordered_by=order or actor.ref,
        ordered_at=moment,
    )
    wave.reason, wave.solve_run = reason[:200], run
    wave.save(force_insert=True)
    nearest = dict(zip(bundle.member_ids.tolist(), bundle.point_ids.tolist(), strict=True))
    count = alert_people(wave, lines, nearest, run.groups if run else [])
    _after_sending(callout, actor, wave, count, left_out)
    return wave


def _after_sending(callout: Callout, actor: Actor, wave: Wave, count: int, left_out: int) -> None:
    incident = callout.incident
    first = callout.approved_at is None
    if first:
        callout.approved_by, callout.approved_at = wave.ordered_by, wave.ordered_at
        callout.state = step(CALLOUT_STEPS, callout.state, CalloutState.FILLING)
        callout.save(update_fields=["approved_by", "approved_at", "state"])
        incident.state = step(INCIDENT_STEPS, incident.state, IncidentState.ACTIVE)
        incident.save(update_fields=["state"])
    payload: Mapping[str, object] = {
        "wave": wave.number, "origin": wave.origin, "count": count, "left_out": left_out,
        "run": wave.solve_run_id, "reason": wave.reason,
        "p_low": wave.solve_run.proposed_p_low if wave.solve_run else None,
        "members": list(wave.alerts.values_list("member__number", flat=True)),
        "units": wave.alerts.exclude(unit_called=None).count(),
    }  # fmt: skip
    note(incident, "callout.approved" if first else "callout.wave_sent", actor, payload=payload)
    want_solve(callout)


@transaction.atomic
def release(actor: Actor, callout: Callout, alert_ids: Collection[int]) -> int:
    """Tell people who are not needed before they set out. Those who come all the same are counted and paid. Returns how many."""
    check(actor, Right.RELEASE)
    row = lock(callout.pk)
    if row.state not in RUNNING:
        raise Conflict("incidents.callout_over")
    moment = now()
    newest = row.solve_runs.order_by("-id").first()
    spare = set(alert_ids) & set(newest.releasable if newest else ())
    if not spare and list(alert_ids):
        raise Conflict("incidents.release_stale")
    alerts = list(row.alerts.filter(pk__in=spare, state__in=[*OPEN]).select_related("member", "through"))
    cancel_waiting([alert.ref for alert in alerts])
    for alert in alerts:
        alert.refresh_from_db(fields=["state", "sent_at"])  # what perhaps left has a time of sending now: he is told
        told = alert.state in COMING
        alert.state = step(ALERT_STEPS, alert.state, AlertState.RELEASED)
        alert.released_at = moment
        alert.save(update_fields=["state", "released_at"])
        free([alert.member_id], row.ref, moment)
        if told or perhaps_called(alert):
            queue_message(
                ref=alert.ref, kind="release", member=alert.member, body=wording.release_text(alert),
                exercise=row.incident.is_exercise, at=moment,
            )  # fmt: skip
        note(row.incident, "alert.released", actor, payload={"alert": alert.pk}, person=alert.member.number)
    if alerts:
        note(row.incident, "callout.released", actor, payload={"count": len(alerts)})
        want_solve(row)
    return len(alerts)
