"""Every plan proved at once: what is kept can be checked by others and never changes; and who is asked again, and when."""

from __future__ import annotations

import copy
import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from muster.access.rights import SYSTEM
from muster.apps.maps.actions import ClosureInput, draw_closure
from muster.apps.people.actions import set_holding
from muster.apps.people.models import Holding, Member
from muster.apps.plans import actions
from muster.apps.plans import jobs as lane
from muster.apps.plans.actions.checks import ask_about, keep_proof, store_answer
from muster.apps.plans.checks import open_checks
from muster.apps.plans.jobs import check_step
from muster.apps.plans.models import CheckState, Plan, PlanCheck
from muster.apps.plans.nightly import Nights, due, last_night, touched
from muster.apps.plans.proof import Proof, all_templates, evidence, prove_all
from muster.apps.plans.proving import answer
from muster.apps.plans.shipped import own_template
from muster.cli.prove import _shown
from muster.core.errors import Conflict
from muster.planning.solve import SolveTimeout
from tests.plans.proof_checker import faults
from tests.plans.test_checks import _enough, asking
from tests.world import World

pytestmark = pytest.mark.django_db


def proved(world: World, *wanted, workers: int = 1) -> list[dict]:
    """What the command writes about these plans, as another program reads it."""
    kept: list[Proof] = []
    prove_all(wanted, world.now, keep=kept.append, workers=workers)
    return json.loads(json.dumps([_shown(one, 0) for one in kept]))


# ---- proofs that others can check


def test_an_independent_checker_accepts_witnesses_and_conflict_sets(world: World) -> None:
    good = asking(("general_rescue", 8, 60), ("fire_support", 2, 60), target=0.9)
    short = asking(("boat_crew", 5, 60), ("general_rescue", 2, 60), target=0.9)
    first, second = proved(world, good, short)
    outcomes = {one["outcome"]: one for one in (first, second)}
    assert set(outcomes) == {"holds", "short"}
    assert outcomes["short"]["shortfall"]["lines"] == [0]
    assert faults(outcomes["holds"]) == []
    assert faults(outcomes["short"]) == []


def test_the_checker_refuses_a_witness_that_lost_people_and_a_conflict_that_is_none(world: World) -> None:
    (held,) = proved(world, asking(("general_rescue", 8, 60), target=0.9))
    fewer = copy.deepcopy(held)
    for part in (fewer["alert"], fewer["posts"], fewer["evidence"]["people"]):
        del part[9:]
    assert any(one.startswith("refuted") for one in faults(fewer))
    (short,) = proved(world, asking(("boat_crew", 5, 60), ("general_rescue", 2, 60), target=0.9))
    other = copy.deepcopy(short)
    other["shortfall"]["lines"] = [1]
    everybody = proved(world, asking(("general_rescue", 29, 60), target=0.9))[0]["evidence"]
    other["evidence"] = everybody
    assert faults(other)


def test_the_witness_names_only_people_who_may_be_called_and_hold_what_they_are_told(world: World) -> None:
    (held,) = proved(world, asking(("general_rescue", 8, 60), ("medic", 1, 60), target=0.8))
    today = world.now.date()
    for pk, post in zip(held["alert"], held["posts"], strict=True):
        rows = Holding.objects.filter(member=pk, capability__slug=held["needs"][post][0], member__state="active")
        assert any(row.valid_to is None or row.valid_to >= today for row in rows)


def test_several_processes_give_the_very_answers_of_one(world: World) -> None:
    wanted = [asking(("general_rescue", n, 60), target=0.8) for n in (3, 5)]
    wanted = [type(one)(**{**_fields(one), "slug": f"own-{number}"}) for number, one in enumerate(wanted)]
    apart = {one["plan"]: one for one in proved(world, *wanted, workers=2)}
    here = {one["plan"]: one for one in proved(world, *wanted)}
    assert apart == here
    for one in wanted:
        assert answer(one, world.now).result["alert"] == here[one.slug]["alert"]


def _fields(one) -> dict:
    return {name: getattr(one, name) for name in one.__slots__}


def test_a_plan_the_planner_can_not_take_does_not_stop_the_others(world: World) -> None:
    wrong = asking(("general_rescue", 0, 60))
    answers = {one["outcome"]: one for one in proved(world, wrong, asking(("general_rescue", 2, 60)))}
    assert set(answers) == {"failed", "holds"}
    assert answers["failed"]["error"] == "planning.need_people"
    assert answers["failed"]["evidence"] is None


def test_nobody_on_the_books_is_no_proof(world: World) -> None:
    Member.objects.all().delete()
    assert [one["outcome"] for one in proved(world, asking(("general_rescue", 2, 60)))] == ["nobody"]


def test_without_plans_of_its_own_those_that_are_shipped_are_proved(world: World) -> None:
    assert [one.slug for one in all_templates()] == [f"plan-{world.plan.pk}"]
    actions.retire(world.actor("office_head"), world.plan)
    assert {one.slug for one in all_templates()} >= {"flood", "fire"}


# ---- kept for good


@pytest.fixture
def kept(world: World) -> PlanCheck:
    asked = asking(("general_rescue", 3, 120))
    return keep_proof(asked, world.now, 0, answer(asked, world.now), 0.1)


def test_an_answer_refuses_to_be_changed_or_deleted(kept: PlanCheck) -> None:
    PlanCheck.objects.filter(pk=kept.pk).update(state=CheckState.DONE)
    kept.refresh_from_db()
    for attempt in (
        kept.save,
        kept.delete,
        PlanCheck.objects.filter(pk=kept.pk).delete,
    ):
        with pytest.raises(Conflict, match="check_immutable"):
            attempt()
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        PlanCheck.objects.filter(pk=kept.pk).update(p_low=1.0)


WRITES = (
    "UPDATE plans_plancheck SET p_low = 1.0",
    "UPDATE plans_plancheck SET outcome = 'short'",
    "UPDATE plans_plancheck SET touch = 'x'",
    "UPDATE plans_plancheck SET model_version = 'y'",
)


@pytest.mark.parametrize("statement", WRITES)
def test_the_database_refuses_it_too(kept: PlanCheck, statement: str) -> None:
    def write() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    with pytest.raises(DatabaseError, match="never changes"):
        write()
    PlanCheck.objects.filter(pk=kept.pk).update(state=CheckState.DONE)
    with pytest.raises(DatabaseError, match="never changes"):
        write()


# ---- the lane


def _many(world: World, count: int) -> list[Plan]:
    head = world.actor("office_head")
    return [actions.copy_plan(head, world.plan, zh=f"预案{n}", en=f"Plan {n}") for n in range(count)]


def test_many_questions_are_answered_together_and_kept_once(world: World) -> None:
    _enough(world)
    ask_about(SYSTEM, [own_template(plan) for plan in _many(world, lane.MANY)])
    assert check_step(lambda: False)
    rows = PlanCheck.objects.all()
    assert len(rows) == lane.MANY
    assert {row.state for row in rows} == {CheckState.ANSWERED}
    assert all(row.touch and row.result["certificate"]["seed"] for row in rows)
    for row in open_checks():
        assert not store_answer(row, answer(own_template(world.plan), world.now), 0.0)


def test_a_callout_drops_the_crowd_and_the_next_are_taken_one_by_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _enough(world)
    monkeypatch.setattr(lane._singly, "until", float("-inf"))
    ask_about(SYSTEM, [own_template(plan) for plan in _many(world, lane.MANY)])
    assert not check_step(lambda: True)
    assert check_step(lambda: False)
    assert PlanCheck.objects.filter(state=CheckState.WANTED).count() == lane.MANY - 1


def test_a_plan_retired_while_it_waits_does_not_stop_the_crowd(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane._singly, "until", float("-inf"))
    plans = _many(world, lane.MANY)
    ask_about(SYSTEM, [own_template(plan) for plan in plans])
    actions.retire(world.actor("office_head"), plans[0])
    assert check_step(lambda: False)
    assert PlanCheck.objects.get(template=f"plan-{plans[0].pk}").outcome == "failed"
    assert not PlanCheck.objects.filter(state=CheckState.WANTED).exists()


def test_stopping_leaves_no_half_answer(world: World) -> None:
    kept: list[Proof] = []
    with pytest.raises(SolveTimeout):
        prove_all([asking(("general_rescue", 3, 60))], world.now, keep=kept.append, late=lambda: True)
    assert kept == []


# ---- who is asked again, and when


def _answered(world: World) -> PlanCheck:
    ask_about(SYSTEM, all_templates())
    while check_step(lambda: False):
        pass
    return PlanCheck.objects.latest("pk")


def test_every_plan_is_asked_each_night_once(world: World, at) -> None:
    assert [one.slug for one in due(world.now)] == [f"plan-{world.plan.pk}"]  # never asked: at once
    nights = Nights()
    assert nights.look(world.now)
    assert not nights.look(world.now)
    while check_step(lambda: False):
        pass
    evening = at("2026-07-14 23:50")
    assert not due(evening)
    night = at("2026-07-15 03:11")
    assert last_night(night) == at("2026-07-15 03:10")
    assert len(due(night)) == 1
    assert nights.look(night)
    assert not due(night)


def test_a_change_asks_only_the_plans_it_touches(world: World) -> None:
    head = world.actor("office_head")
    _answered(world)
    assert touched(world.now) == []
    needed = sorted(need.capability.slug for need in world.plan.needs.all())
    other = next(slug for slug in world.capabilities if slug not in needed)
    own = next(slug for slug in needed if slug != "general_rescue")
    stranger = world.member(21)
    Holding.objects.filter(member=stranger).delete()
    _answered(world)  # whoever loses what a plan asks for touches it
    set_holding(head, stranger, capability=world.capabilities[other], number="N1", valid_from=None, valid_to=None)
    assert touched(world.now) == []
    set_holding(head, stranger, capability=world.capabilities[own], number="N1", valid_from=None, valid_to=None)
    assert [one.slug for one in touched(world.now)] == [f"plan-{world.plan.pk}"]


def test_the_passing_of_the_day_touches_nothing(world: World, at) -> None:
    _answered(world)
    assert touched(at("2026-07-14 22:00")) == []


def test_a_changed_need_touches_its_plan_and_an_answer_settles_it(world: World) -> None:
    _answered(world)
    need = world.plan.needs.first()
    type(need).objects.filter(pk=need.pk).update(people=need.people + 1)
    assert len(touched(world.now)) == 1
    _answered(world)
    assert touched(world.now) == []


def test_a_moved_muster_point_touches_the_plans_that_name_it(world: World) -> None:
    _answered(world)
    point = world.plan.muster_points.first()
    type(point).objects.filter(pk=point.pk).update(lon=point.lon + 0.05)
    assert len(touched(world.now)) == 1


def test_nights_read_the_books_only_after_an_entry(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _answered(world)
    nights = Nights()
    nights.look(world.now)
    read: list[object] = []
    monkeypatch.setattr("muster.apps.plans.nightly.books_at", read.append)
    assert not nights.look(world.now)
    assert read == []
    draw_closure(world.actor("duty_officer"), ClosureInput(kind="flood", points=[(113.12, 27.82), (113.13, 27.83)]))
    set_holding(
        world.actor("office_head"), world.member(2), capability=world.capabilities["comms"], number="", valid_from=None,
        valid_to=world.now.date() + timedelta(days=400),
    )  # fmt: skip
    nights.look(world.now)
    assert len(read) == 1


def test_evidence_of_a_failure_is_none() -> None:
    from muster.apps.plans.proving import NOBODY

    assert evidence(Proof(asking(("medic", 1, 60)), NOBODY, None, None, 0.0)) is None
