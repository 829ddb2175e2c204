"""Every change of a contingency plan: write, copy, pre-authorise, retire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from muster.access.rights import Actor, Right, check
from muster.apps.people.models import Capability
from muster.apps.plans.models import TERMS, Calling, CallingTerms, MusterPoint, Plan, PlanNeed, Site
from muster.apps.plans.reads import holder_counts
from muster.core.errors import Conflict, IllegalTransition, InvalidInput
from muster.jobs import clock
from muster.journal import actions as journal

STREAM = "plans"
MOST_LINES = 40
MOST_PEOPLE = 5_000
MOST_MINUTES = 7 * 24 * 60
LOWEST_TARGET, HIGHEST_TARGET = 0.5, 0.999
MOST_TOUCH_COST = 100.0
MOST_IN_GROUP = 500
LONGEST_LEAD_MINUTES = 120


@dataclass(frozen=True, slots=True)
class PlanNeedInput:
    """`people` with `capability`, on the spot within `due_minutes` of T0."""

    capability: Capability
    people: int
    due_minutes: int


@dataclass(frozen=True, slots=True)
class TermsInput:
    """How people are called: one of Calling; `touch_cost` in alerts, `smallest_group` heads, `lead_minutes` minutes."""

    calling: str = Calling.INDIVIDUALS
    touch_cost: float = 2.0
    smallest_group: int = 3
    lead_minutes: int = 5


INDIVIDUALS = TermsInput()


@dataclass(frozen=True, slots=True)
class PlanInput:
    """Everything a person writes into a plan. `target` is a probability in 0.5..0.999."""

    zh: str
    kind: str
    target: float
    policy: str
    muster_points: Sequence[MusterPoint]
    needs: Sequence[PlanNeedInput]
    en: str = ""
    site: Site | None = None
    note: str = ""
    terms: TermsInput = INDIVIDUALS


def check_need(need: PlanNeedInput, holders: int) -> None:
    """Refuse nonsense and needs that nobody, or not enough people of the whole roster, could ever fill.

    Errors: InvalidInput "plans.need_people", "plans.need_due", "plans.need_nobody", "plans.need_too_many".
    """
    if not 1 <= need.people <= MOST_PEOPLE:
        raise InvalidInput("plans.need_people", people=need.people, most=MOST_PEOPLE)
    if not 1 <= need.due_minutes <= MOST_MINUTES:
        raise InvalidInput("plans.need_due", due_minutes=need.due_minutes, most=MOST_MINUTES)
    if holders == 0:
        raise InvalidInput("plans.need_nobody", capability=need.capability.slug)
    if need.people > holders:
        raise InvalidInput("plans.need_too_many", capability=need.capability.slug, people=need.people, holders=holders)


def check_terms(terms: TermsInput) -> None:
    """Errors: InvalidInput "plans.calling", "plans.touch_cost", "plans.smallest_group", "plans.lead_minutes"."""
    if terms.calling not in Calling.values:
        raise InvalidInput("plans.calling", calling=terms.calling[:20])
    if not 0 <= terms.touch_cost <= MOST_TOUCH_COST:
        raise InvalidInput("plans.touch_cost", most=int(MOST_TOUCH_COST))
    if not 1 <= terms.smallest_group <= MOST_IN_GROUP:
        raise InvalidInput("plans.smallest_group", most=MOST_IN_GROUP)
    if not 1 <= terms.lead_minutes <= LONGEST_LEAD_MINUTES:
        raise InvalidInput("plans.lead_minutes", most=LONGEST_LEAD_MINUTES)


def take_terms(row: CallingTerms, terms: TermsInput | CallingTerms) -> None:
    """Copy the terms onto an unsaved row."""
    for name in TERMS:
        setattr(row, name, getattr(terms, name))


def _check_input(data: PlanInput, at: datetime) -> None:
    if not data.zh.strip():
        raise InvalidInput("plans.title_blank")
    if not LOWEST_TARGET <= data.target <= HIGHEST_TARGET:
        raise InvalidInput("plans.target", target=data.target)
    if not data.muster_points:
        raise InvalidInput("plans.no_muster_point")
    if not 1 <= len(data.needs) <= MOST_LINES:
        raise InvalidInput("plans.need_lines", lines=len(data.needs), most=MOST_LINES)
    check_terms(data.terms)
    holders = holder_counts(at)
    for need in data.needs:
        check_need(need, holders.get(need.capability.pk, 0))


@transaction.atomic
def write_plan(actor: Actor, data: PlanInput, *, plan: Plan | None = None, seen: datetime | None = None) -> Plan:
    """Write a new plan or change `plan`. A change of what is promised (kind, site, needs, target, policy, muster
    points, way of calling) takes the pre-authorisation away, a change of words does not.

    `seen` is the `changed_at` the writer had before him. Errors: those of the input, Conflict
    "plans.changed_meanwhile", IllegalTransition "plans.retired".
    """
    check(actor, Right.EDIT_PLANS)
    at = clock.now()
    _check_input(data, at)
    if plan is None:
        row, before = Plan(), None
    else:
        row = _locked(plan)
        if seen is not None and row.changed_at != seen:
            raise Conflict("plans.changed_meanwhile", plan=row.pk)
        before = _promise(row)
    _fill(row, data, at)
    if before is not None and before != _promise(row) and row.pre_authorised_at is not None:
        _drop_authority(row)
    row.save()
    word = "plan.written" if plan is None else "plan.changed"
    journal.append(STREAM, word, actor=actor.ref, at=at, payload=_record(row))
    return row


def _locked(plan: Plan) -> Plan:
    """The plan's row, locked and in force."""
    row = Plan.objects.select_for_update().get(pk=plan.pk)
    if row.retired_at is not None:
        raise IllegalTransition("plans.retired", from_state="retired", to_state="changed", plan=row.pk)
    return row


def _fill(row: Plan, data: PlanInput, at: datetime) -> None:
    row.zh, row.en, row.note = data.zh.strip(), data.en.strip(), data.note.strip()
    row.kind, row.site, row.target, row.policy = data.kind, data.site, data.target, data.policy
    row.changed_at = at
    take_terms(row, data.terms)
    row.save()
    row.muster_points.set(data.muster_points)
    row.needs.all().delete()
    PlanNeed.objects.bulk_create(
        PlanNeed(plan=row, order=order, capability=need.capability, people=need.people, due_minutes=need.due_minutes)
        for order, need in enumerate(data.needs, start=1)
    )


def _promise(row: Plan) -> dict[str, object]:
    """What a pre-authorisation stands for."""
    return {
        "kind": row.kind,
        "site": row.site_id,
        "target": row.target,
        "policy": row.policy,
        "terms": [getattr(row, name) for name in TERMS],
        "muster_points": sorted(row.muster_points.values_list("letter", flat=True)),
        "needs": [list(n) for n in row.needs.values_list("capability__slug", "people", "due_minutes")],
    }


def _record(row: Plan) -> dict[str, object]:
    return {"plan": row.pk, "zh": row.zh, "pre_authorised": row.pre_authorised_at is not None, **_promise(row)}


def _drop_authority(row: Plan) -> None:
    row.pre_authorised_by, row.pre_authorised_at = "", None


@transaction.atomic
def copy_plan(actor: Actor, plan: Plan, *, zh: str, en: str = "") -> Plan:
    """A new plan with the same content under another title; never pre-authorised. A retired plan may be copied."""
    check(actor, Right.EDIT_PLANS)
    if not zh.strip():
        raise InvalidInput("plans.title_blank")
    at = clock.now()
    twin = Plan(
        zh=zh.strip()[:80], en=en.strip()[:120], kind=plan.kind, site=plan.site, target=plan.target,
        policy=plan.policy, note=plan.note, changed_at=at,
    )  # fmt: skip
    take_terms(twin, plan)
    twin.save()
    twin.muster_points.set(plan.muster_points.all())
    PlanNeed.objects.bulk_create(
        PlanNeed(plan=twin, order=n.order, capability_id=n.capability_id, people=n.people, due_minutes=n.due_minutes)
        for n in plan.needs.all()
    )
    journal.append(STREAM, "plan.copied", actor=actor.ref, at=at, payload={"from": plan.pk, **_record(twin)})
    return twin


@transaction.atomic
def pre_authorise(actor: Actor, plan: Plan, *, seen: datetime | None = None) -> Plan:
    """Let the duty officer approve this plan alone. Errors: Conflict "plans.changed_meanwhile", "plans.retired"."""
    check(actor, Right.PRE_AUTHORISE)
    row = _locked(plan)
    if seen is not None and row.changed_at != seen:
        raise Conflict("plans.changed_meanwhile", plan=row.pk)
    if row.pre_authorised_at is None:
        row.pre_authorised_by, row.pre_authorised_at = actor.name, clock.now()
        row.save(update_fields=["pre_authorised_by", "pre_authorised_at"])
        journal.append(STREAM, "plan.pre_authorised", actor=actor.ref, at=row.pre_authorised_at, payload=_record(row))
    return row


@transaction.atomic
def withdraw_pre_authorisation(actor: Actor, plan: Plan) -> Plan:
    """Take the pre-authorisation back; nothing happens when there is none."""
    check(actor, Right.PRE_AUTHORISE)
    row = _locked(plan)
    if row.pre_authorised_at is not None:
        _drop_authority(row)
        row.save(update_fields=["pre_authorised_by", "pre_authorised_at"])
        journal.append(STREAM, "plan.authority_withdrawn", actor=actor.ref, at=clock.now(), payload=_record(row))
    return row


@transaction.atomic
def retire(actor: Actor, plan: Plan) -> Plan:
    """Take the plan out of force: it is proposed no more; incidents that used it keep it."""
    check(actor, Right.EDIT_PLANS)
    row = _locked(plan)
    _drop_authority(row)
    row.retired_at = clock.now()
    row.save(update_fields=["pre_authorised_by", "pre_authorised_at", "retired_at"])
    journal.append(STREAM, "plan.retired", actor=actor.ref, at=row.retired_at, payload=_record(row))
    return row
