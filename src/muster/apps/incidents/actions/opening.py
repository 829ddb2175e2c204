"""Opening an incident and saying what it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from muster.access.rights import Actor, Right, check
from muster.apps.incidents.actions.common import lock, note, want_solve
from muster.apps.incidents.models import Callout, Incident, NeedLine
from muster.apps.incidents.models.incident import IncidentState, Mode
from muster.apps.incidents.signals import incident_opened
from muster.apps.incidents.states import CALLOUT_STEPS, INCIDENT_STEPS, RUNNING, UNAPPROVED, step
from muster.apps.people.models import Capability
from muster.apps.plans.actions import TermsInput, check_terms, take_terms
from muster.apps.plans.models import TERMS, MusterPoint, Plan, ReplacementPolicy, Site
from muster.apps.plans.reads import matching_plan
from muster.core.errors import Conflict, InvalidInput
from muster.jobs.clock import is_exercise_home, now

MOST_LINES = 200
MOST_PEOPLE = 20_000
LONGEST_MINUTES = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class NeedInput:
    """One need line as written at the desk: capability slug, heads, minutes from T0."""

    capability: str
    people: int
    due_minutes: int


@transaction.atomic
def open_incident(
    actor: Actor,
    *,
    title: str,
    kind: str,
    place: str,
    lon: float,
    lat: float,
    reporter: str,
    reporter_phone: str,
    mode: str,
    plan: Plan | None = None,
    site: Site | None = None,
    at: datetime | None = None,
) -> Incident:
    """Open with five fields (what, where, when, who reported, phone). The matching plan's needs become the draft callout."""
    check(actor, Right.OPEN_INCIDENT)
    moment = now()
    t0 = at or moment
    _refuse_nonsense(title, lon, lat, mode, t0, moment)
    chosen = plan or matching_plan(kind, site)
    incident = Incident(
        title=title.strip(), kind=kind, place=place.strip() or (site.zh if site else ""), site=site, lon=lon, lat=lat,
        t0=t0, reporter=reporter.strip(), reporter_phone=reporter_phone.strip(), mode=mode, plan=chosen, opened_by=actor.ref,
    )  # fmt: skip
    incident.save(force_insert=True)
    callout = Callout(incident=incident, target=chosen.target if chosen else 0.95)
    callout.policy = chosen.policy if chosen else ReplacementPolicy.PROPOSE
    take_terms(callout, chosen or TermsInput())
    callout.save(force_insert=True)
    note(incident, "incident.opened", actor, payload={"kind": kind, "plan": chosen.pk if chosen else None})
    _take_plan(callout, chosen)
    incident_opened.send(Incident, incident=incident, actor=actor)
    return incident


def _refuse_nonsense(title: str, lon: float, lat: float, mode: str, t0: datetime, moment: datetime) -> None:
    if not title.strip():
        raise InvalidInput("incidents.title_blank")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise InvalidInput("incidents.place_off_map")
    if t0 > moment:
        raise InvalidInput("incidents.starts_in_future")
    if is_exercise_home() and mode != Mode.EXERCISE:
        raise InvalidInput("incidents.exercise_home_only")


def _take_plan(callout: Callout, plan: Plan | None) -> None:
    points = plan.muster_points.all() if plan else MusterPoint.objects.all()
    callout.muster_points.set(points if points else MusterPoint.objects.all())
    NeedLine.objects.filter(callout=callout).delete()
    if plan:
        lines = [
            NeedLine(
                callout=callout,
                order=need.order,
                capability=need.capability,
                people=need.people,
                due_minutes=need.due_minutes,
            )
            for need in plan.needs.all()
        ]
        NeedLine.objects.bulk_create(lines)


@transaction.atomic
def choose_plan(actor: Actor, callout: Callout, plan: Plan) -> Callout:
    """Take the needs of another plan, before anything was sent."""
    check(actor, Right.PROPOSE)
    row = _unsent(callout)
    row.target, row.policy = plan.target, plan.policy
    take_terms(row, plan)
    row.save(update_fields=["target", "policy", *TERMS])
    row.incident.plan = plan
    row.incident.save(update_fields=["plan"])
    _take_plan(row, plan)
    note(row.incident, "callout.plan_chosen", actor, payload={"plan": plan.pk})
    want_solve(row)
    return row


def _unsent(callout: Callout) -> Callout:
    row = lock(callout.pk)
    if row.state not in UNAPPROVED:
        raise Conflict("incidents.already_approved", by=row.approved_by)
    return row


@transaction.atomic
def set_needs(actor: Actor, callout: Callout, needs: Sequence[NeedInput]) -> Callout:
    """Replace the need lines before approval. A plan whose needs were changed is no longer the pre-authorised one."""
    check(actor, Right.PROPOSE)
    row = _unsent(callout)
    if not 0 < len(needs) <= MOST_LINES:
        raise InvalidInput("incidents.needs_count", most=MOST_LINES)
    known = {item.slug: item for item in Capability.objects.all()}
    lines = [_line(row, order, need, known) for order, need in enumerate(needs, start=1)]
    NeedLine.objects.filter(callout=row).delete()
    NeedLine.objects.bulk_create(lines)
    note(
        row.incident,
        "callout.needs_set",
        actor,
        payload={"lines": [[n.capability, n.people, n.due_minutes] for n in needs]},
    )
    want_solve(row)
    return row


def _line(callout: Callout, order: int, need: NeedInput, known: dict[str, Capability]) -> NeedLine:
    if need.capability not in known:
        raise InvalidInput("incidents.capability_unknown", capability=need.capability)
    if not 0 < need.people <= MOST_PEOPLE:
        raise InvalidInput("incidents.need_people", line=order, most=MOST_PEOPLE)
    if not 0 < need.due_minutes <= LONGEST_MINUTES:
        raise InvalidInput("incidents.need_due", line=order, most=LONGEST_MINUTES)
    return NeedLine(
        callout=callout,
        order=order,
        capability=known[need.capability],
        people=need.people,
        due_minutes=need.due_minutes,
    )


@transaction.atomic
def set_policy(actor: Actor, callout: Callout, policy: str) -> Callout:
    """How replacements are sent: proposed to a person, or automatically within what was approved."""
    check(actor, Right.APPROVE)
    row = lock(callout.pk)
    if row.state not in UNAPPROVED | RUNNING:
        raise Conflict("incidents.callout_over")
    row.policy = ReplacementPolicy(policy)
    row.save(update_fields=["policy"])
    note(row.incident, "callout.policy_set", actor, payload={"policy": row.policy})
    return row


@transaction.atomic
def set_calling(actor: Actor, callout: Callout, terms: TermsInput) -> Callout:
    """Call person by person or whole units, before anything was sent; the answer is computed anew.

    Errors: those of `check_terms`, "incidents.already_approved"."""
    check(actor, Right.PROPOSE)
    check_terms(terms)
    row = _unsent(callout)
    take_terms(row, terms)
    row.save(update_fields=[*TERMS])
    note(row.incident, "callout.calling_set", actor, payload={name: getattr(row, name) for name in TERMS})
    want_solve(row)
    return row


@transaction.atomic
def mark_false_alarm(actor: Actor, incident: Incident) -> Incident:
    """End an incident for which nobody was called."""
    check(actor, Right.OPEN_INCIDENT)
    row = lock(incident.callout.pk)
    if row.state not in UNAPPROVED:
        raise Conflict("incidents.already_approved", by=row.approved_by)
    held = row.incident
    held.state = step(INCIDENT_STEPS, held.state, IncidentState.FALSE_ALARM)
    held.closed_at = now()
    held.save(update_fields=["state", "closed_at"])
    row.state = step(CALLOUT_STEPS, row.state, "closed")
    row.save(update_fields=["state"])
    note(held, "incident.false_alarm", actor)
    return held
