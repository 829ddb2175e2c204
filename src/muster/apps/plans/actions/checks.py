"""Asking whether the shipped plans hold, keeping the answers, and taking a shipped plan over as one of the office's."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from muster.access.rights import SYSTEM, Actor, Right, check
from muster.apps.people.models import Capability
from muster.apps.people.reads import member_arrays
from muster.apps.plans.actions.places import save_muster_point
from muster.apps.plans.actions.writing import STREAM, PlanInput, PlanNeedInput, write_plan
from muster.apps.plans.checks import books_seq, own_templates
from muster.apps.plans.models import CheckState, LossTest, MusterPoint, Plan, PlanCheck, ReplacementPolicy
from muster.apps.plans.proving import Answer, Facts
from muster.apps.plans.shipped import MOST_POINTS, Template, spots, template, templates
from muster.core.errors import Conflict
from muster.jobs import clock
from muster.journal import actions as journal


@transaction.atomic
def ask_checks(actor: Actor, *, own: bool = False) -> int:
    """Ask of every shipped plan, and with `own` of every plan of the office, whether it holds; one that already waits is
    not asked twice. Returns how many are new."""
    return ask_about(actor, [*(own_templates() if own else ()), *templates()])


@transaction.atomic
def ask_about(actor: Actor, wanted: Sequence[Template]) -> int:
    """Ask of these plans whether they hold; one that already waits is not asked twice. Returns how many are new."""
    check(actor, Right.EDIT_PLANS)
    at = clock.now()
    waiting = set(PlanCheck.objects.filter(state=CheckState.WANTED).values_list("template", flat=True))
    asked = [
        PlanCheck(template=one.slug, target=one.target, asked_by=actor.ref, asked_at=at)
        for one in wanted
        if one.slug not in waiting
    ]
    PlanCheck.objects.bulk_create(asked)
    if asked:
        payload = {"templates": [row.template for row in asked]}
        journal.append(STREAM, "check.asked", actor=actor.ref, at=at, payload=payload)
    return len(asked)


@transaction.atomic
def store_answer(row: PlanCheck, said: Answer, began: float) -> bool:
    """Keep the first step of an answer. `began`: monotonic seconds. False when it was answered meanwhile."""
    state = CheckState.ANSWERED if said.outcome in ("holds", "short") else CheckState.DONE
    kept = PlanCheck.objects.filter(pk=row.pk, state=CheckState.WANTED).update(
        state=state, at=row.at, solved_at=clock.now(), seconds=time.monotonic() - began, outcome=said.outcome,
        p_low=said.p_low, p_hat=said.p_hat, p_high=said.p_high, books_seq=row.books_seq,
        roster_hash=said.roster_hash, model_version=said.model_version, result=said.result, touch=said.touch,
    )  # fmt: skip
    if kept:
        _tell(row.template, row.target, said)
    return bool(kept)


def _tell(template: str, target: float, said: Answer) -> None:
    payload = {
        "template": template, "outcome": said.outcome, "p_low": said.p_low, "target": target,
        "roster": said.roster_hash[:16], "model": said.model_version,
    }  # fmt: skip
    journal.append(STREAM, "check.answered", actor="system", at=clock.now(), payload=payload)


@transaction.atomic
def keep_proof(asked: Template, at: datetime, books: int, said: Answer, seconds: float) -> PlanCheck:
    """An answer that was found without a question waiting for it (`muster prove`); its repairs are sought by the lane.

    at: the moment answered for; books: entries of the people's journal by then."""
    state = CheckState.ANSWERED if said.outcome in ("holds", "short") else CheckState.DONE
    row = PlanCheck(
        template=asked.slug, target=asked.target, asked_by=SYSTEM.ref, asked_at=at, state=state, at=at,
        solved_at=clock.now(), seconds=seconds, outcome=said.outcome, p_low=said.p_low, p_hat=said.p_hat,
        p_high=said.p_high, books_seq=books, roster_hash=said.roster_hash, model_version=said.model_version,
        result=said.result, touch=said.touch,
    )  # fmt: skip
    row.save(force_insert=True)
    _tell(asked.slug, asked.target, said)
    return row


@transaction.atomic
def keep_losses(check_row: PlanCheck, result: Facts, seconds: float) -> LossTest | None:
    """The loss test of an answer; None when somebody else kept one meanwhile."""
    if LossTest.objects.filter(check_of=check_row).exists():
        return None
    breaking = sum(one["verdict"] == "breaks" for one in result["losses"])
    return LossTest.objects.create(
        check_of=check_row, made_at=clock.now(), seconds=seconds, breaking=breaking, result=result
    )


@transaction.atomic
def store_repairs(row: PlanCheck, found: Facts) -> bool:
    """Keep the second step; from now on the check never changes. False when it was kept meanwhile."""
    mine = PlanCheck.objects.filter(pk=row.pk, state=CheckState.ANSWERED)
    return bool(mine.update(state=CheckState.DONE, result=row.result | found))


@transaction.atomic
def give_up_check(row: PlanCheck, code: str) -> None:
    """This question can not be answered as it stands: say so, and go on with the others."""
    open_states = (CheckState.WANTED, CheckState.ANSWERED)
    outcome = row.outcome or "failed"
    PlanCheck.objects.filter(pk=row.pk, state__in=open_states).update(
        state=CheckState.DONE, outcome=outcome, result=row.result | {"error": code}
    )


def begin(row: PlanCheck) -> None:
    """Fix the moment that will be answered for, and how far the books are by then."""
    row.at, row.books_seq = clock.now(), books_seq()


@transaction.atomic
def adopt_template(actor: Actor, slug: str) -> Plan:
    """Take a shipped plan over as a plan of the office; where there is no muster point, the assumed one is entered.

    Errors: NotFound "plans.template_unknown"; Conflict "plans.template_adopted", "plans.no_point_assumed"; those of
    write_plan, such as a need that nobody on the roster can fill."""
    check(actor, Right.EDIT_PLANS)
    shipped = template(slug)
    if Plan.objects.filter(zh=shipped.zh, kind=shipped.kind, retired_at=None).exists():
        raise Conflict("plans.template_adopted")
    slugs = {row.slug: row for row in Capability.objects.all()}
    needs = [PlanNeedInput(slugs[need.capability], need.people, need.due_minutes) for need in shipped.needs]
    return write_plan(
        actor,
        PlanInput(
            zh=shipped.zh, en=shipped.en, kind=shipped.kind, target=shipped.target, note=shipped.note,
            policy=ReplacementPolicy.PROPOSE, muster_points=_points(actor), needs=needs,
        ),
    )  # fmt: skip


def _points(actor: Actor) -> list[MusterPoint]:
    known = list(MusterPoint.objects.order_by("letter")[:MOST_POINTS])
    if known:
        return known
    assumed = spots(member_arrays(clock.now()))
    if not assumed:
        raise Conflict("plans.no_point_assumed")
    return [
        save_muster_point(actor, letter=spot.letter, zh=spot.zh, en=spot.en, lon=spot.lon, lat=spot.lat, datum="wgs84")
        for spot in assumed
    ]
