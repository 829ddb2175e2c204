"""S1's safety rules and the life of a task: what is closed stays closed, and nobody approves his own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from muster.apps.command import states
from muster.apps.command.actions import tasks, zones
from muster.apps.command.models import SafetyZone, Task, TaskState
from muster.apps.command.reads.work import task_views
from muster.apps.command.reads.zones import zone_views
from muster.core.errors import Conflict, IllegalTransition, InvalidInput, MusterError, NotAllowed, NotFound
from muster.journal.models import Entry
from tests.command.conftest import INSIDE, OUTSIDE, Scene

pytestmark = pytest.mark.django_db


def refusal(work: object, *given: object, **more: object) -> str:
    """The code with which something is refused."""
    with pytest.raises(MusterError) as refused:
        work(*given, **more)
    return refused.value.code


def zone(scene: Scene, kind: str) -> SafetyZone:
    return scene.incident.zones.get(kind=kind)


def isolated(scene: Scene, **more: object) -> zones.Confirmation:
    return zones.Confirmation(
        **({"kind": "power_isolated", "confirmed_by": "供电调度 3 号席", "number": "停令 17"} | more)
    )


def approval(scene: Scene, **more: object) -> zones.Confirmation:
    now = scene.office.clock.at
    given = {"kind": "airspace_approved", "confirmed_by": "空管值班席", "number": "空批 8", "authority": "空管站",
             "valid_from": now, "valid_to": now + timedelta(hours=2)}  # fmt: skip
    return zones.Confirmation(**(given | more))


def test_the_site_brings_its_zones_and_they_are_closed(scene: Scene) -> None:
    views = zone_views(scene.incident, scene.office.clock.at)
    assert {(view.zone.kind, view.open) for view in views} == {("electric", False), ("airspace", False)}


def test_a_place_without_flags_brings_no_zone(office) -> None:
    callout = office.opens(site=None, place="仓库")
    assert callout.incident.zones.count() == 0


def test_no_task_is_given_out_inside_the_live_zone_until_power_is_isolated(scene: Scene) -> None:
    task = scene.plans(place=INSIDE)
    with pytest.raises(Conflict) as refused:
        scene.moves(task, "approved")
    assert refused.value.code == "command.zone_closed_electric"
    task.refresh_from_db()
    assert task.state == TaskState.PLANNED
    entry = zones.enter_confirmation(scene.duty, scene.pk, zone(scene, "electric").pk, isolated(scene))
    assert (entry.confirmed_by, entry.number, entry.confirmed_at) == (
        "供电调度 3 号席",
        "停令 17",
        scene.office.clock.at,
    )
    assert scene.moves(task, "approved", "issued").state == TaskState.ISSUED


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"confirmed_by": "  "}, "command.entry_who"),
        ({"number": ""}, "command.entry_number"),
        ({"kind": "airspace_approved"}, "command.entry_kind"),
        ({"kind": "safe_declared"}, "command.entry_kind"),
        ({"kind": "<script>"}, "command.entry_kind"),
        ({"confirmed_by": "长" * 81}, "command.too_long"),
    ],
)
def test_an_entry_that_does_not_say_who_or_by_which_order_opens_nothing(scene: Scene, change, code) -> None:
    closed = zone(scene, "electric")
    assert refusal(zones.enter_confirmation, scene.duty, scene.pk, closed.pk, isolated(scene, **change)) == code
    assert not zone_views(scene.incident, scene.office.clock.at)[0].open


def test_nobody_confirms_in_the_future_and_no_zone_of_another_incident_opens(scene: Scene) -> None:
    at = scene.office.clock.at + timedelta(minutes=1)
    closed = zone(scene, "electric")
    assert (
        refusal(zones.enter_confirmation, scene.duty, scene.pk, closed.pk, isolated(scene, at=at))
        == "command.entry_future"
    )
    other = scene.office.opens(title="第二起").incident
    with pytest.raises(NotFound):
        zones.enter_confirmation(scene.duty, other.pk, closed.pk, isolated(scene))


def test_work_that_goes_on_is_blocked_at_once_when_power_comes_back(scene: Scene) -> None:
    live = zone(scene, "electric")
    zones.enter_confirmation(scene.duty, scene.pk, live.pk, isolated(scene))
    inside = scene.moves(scene.plans(place=INSIDE), "approved", "issued", "accepted", "in_progress")
    outside = scene.moves(scene.plans(place=OUTSIDE), "approved", "issued", "accepted", "in_progress")
    zones.enter_confirmation(scene.duty, scene.pk, live.pk, isolated(scene, kind="closed_again", number=""))
    inside.refresh_from_db()
    outside.refresh_from_db()
    assert (inside.state, outside.state) == ("blocked", "in_progress")
    with pytest.raises(Conflict):
        scene.moves(inside, "in_progress")


def test_the_drone_task_waits_for_its_approval_and_only_within_its_hours(scene: Scene) -> None:
    pilot = scene.here[-1].number
    task = scene.plans("无人机侦察", capability="uas_pilot", assignee=pilot)
    assert [one.kind for one in task_views(scene.duty, scene.incident, scene.office.clock.at)[0].barred] == []
    near = scene.plans("无人机侦察", capability="uas_pilot", assignee=pilot, place=(113.0455, 27.79))
    assert [one.kind for one in task_views(scene.duty, scene.incident, scene.office.clock.at)[1].barred] == ["airspace"]
    assert refusal(scene.moves, near, "approved") == "command.zone_closed_airspace"
    zones.enter_confirmation(scene.duty, scene.pk, zone(scene, "airspace").pk, approval(scene))
    scene.moves(near, "approved", "issued", "accepted")
    scene.office.clock.forward(121)
    assert refusal(scene.moves, near, "in_progress") == "command.zone_closed_airspace"
    assert task.pk != near.pk


@pytest.mark.parametrize("change", [{"authority": ""}, {"number": " "}, {"valid_from": None}, {"valid_to": None}])
def test_an_approval_names_number_authority_and_hours(scene: Scene, change) -> None:
    closed = zone(scene, "airspace")
    assert refusal(zones.enter_confirmation, scene.duty, scene.pk, closed.pk, approval(scene, **change)).startswith(
        "command.entry_"
    )


def test_a_task_that_nobody_placed_is_not_given_out_while_ground_is_closed(scene: Scene) -> None:
    assert refusal(scene.moves, scene.plans(place=None), "approved") == "command.task_nowhere"


def test_a_sector_gives_its_task_a_place(scene: Scene) -> None:
    lon, lat = INSIDE
    ring = [(lon, lat), (lon + 0.01, lat), (lon, lat + 0.01)]
    sector = tasks.make_sector(scene.duty, scene.pk, "东侧", ring, scene.leaders()[0].number)
    task = scene.plans(place=None, sector=sector.pk)
    assert refusal(scene.moves, task, "approved") == "command.zone_closed_electric"


@pytest.mark.parametrize("was", TaskState.values)
@pytest.mark.parametrize("to", [*TaskState.values, "", "deleted"])
def test_every_step_of_a_task_legal_or_not(scene_with_task: tuple[Scene, Task], was: str, to: str) -> None:
    scene, task = scene_with_task
    Task.objects.filter(pk=task.pk).update(state=was)
    legal = {
        ("planned", "approved"), ("approved", "issued"), ("issued", "accepted"), ("issued", "refused"),
        ("accepted", "in_progress"),
        ("in_progress", "blocked"), ("blocked", "in_progress"), ("in_progress", "completed"), ("completed", "debriefed"),
    }  # fmt: skip
    if (was, to) in legal:
        assert scene.moves(task, to).state == to
        return
    with pytest.raises(IllegalTransition) as refused:
        scene.moves(task, to)
    assert (refused.value.from_state, refused.value.to_state) == (was, to)


@pytest.fixture
def scene_with_task(scene: Scene) -> tuple[Scene, Task]:
    return scene, scene.plans()


@pytest.mark.parametrize("table", [states.DANGER_STEPS, states.REQUEST_STEPS, states.EVACUATION_STEPS])
def test_the_other_tables_lead_only_to_states_that_they_have(table) -> None:
    assert set().union(*table.values()) <= set(table)


def test_who_has_a_task_does_not_approve_it(scene: Scene) -> None:
    hand = scene.hands()[0]
    task = scene.plans(assignee=hand.number)
    own = replace(scene.duty, member_ref=hand.number)
    with pytest.raises(NotAllowed) as refused:
        tasks.move_task(own, scene.pk, task.pk, "approved")
    assert refused.value.code == "command.approves_own"
    assert (
        tasks.move_task(scene.office.commander, scene.pk, task.pk, "approved").approved_by == scene.office.commander.ref
    )


def test_a_task_needs_somebody_who_can_do_it(scene: Scene) -> None:
    assert refusal(scene.moves, scene.plans(assignee=""), "approved") == "command.task_unassigned"
    assert refusal(scene.moves, scene.plans(capability="uas_pilot"), "approved") == "command.unqualified"


def test_reading_is_confirmed_by_who_has_the_task_and_by_nobody_else(scene: Scene) -> None:
    hand, other = scene.hands()[:2]
    task = scene.plans(assignee=hand.number)
    assert refusal(tasks.confirm_read, scene.as_member(hand), scene.pk, task.pk, "self") == "command.not_issued"
    scene.moves(task, "approved", "issued")
    assert refusal(tasks.confirm_read, scene.as_member(other), scene.pk, task.pk, "self") == "command.not_yours"
    assert refusal(tasks.confirm_read, scene.as_member(hand), scene.pk, task.pk, "radio") == "access.not_allowed"
    assert tasks.confirm_read(scene.as_member(hand), scene.pk, task.pk, "self").read_at == scene.office.clock.at
    assert refusal(tasks.confirm_read, scene.duty, scene.pk, task.pk, "telepathy") == "command.read_how"


def test_who_has_it_takes_it_on_or_refuses_it_with_a_reason(scene: Scene) -> None:
    hand = scene.hands()[0]
    first, second = (scene.moves(scene.plans(assignee=hand.number), "approved", "issued") for _ in range(2))
    me = scene.as_member(hand)
    assert tasks.answer_own_task(me, scene.pk, first.pk, "accepted").read_how == "self"
    assert refusal(tasks.answer_own_task, me, scene.pk, second.pk, "refused", "  ") == "command.reason_blank"
    assert refusal(tasks.answer_own_task, me, scene.pk, second.pk, "completed") == "command.own_answer"
    assert tasks.answer_own_task(me, scene.pk, second.pk, "refused", "脚扭伤").state == "refused"


@pytest.mark.parametrize("who", ["town_officer", "auditor"])
def test_others_do_not_command(scene: Scene, who: str) -> None:
    with pytest.raises(NotAllowed):
        tasks.plan_task(getattr(scene.office, who), scene.pk, tasks.TaskInput("x"))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"title": " "}, "command.task_title"), ({"title": "长" * 81}, "command.too_long"),
        ({"place": (999.0, 0.0)}, "maps.off_globe"),
        ({"place": (float("nan"), 0.0)}, "maps.off_globe"), ({"sector": 999}, "command.unknown_part"),
        ({"team": 999}, "command.unknown_part"), ({"capability": "' OR 1=1"}, "command.unknown_part"),
        ({"assignee": "TY999999"}, "command.not_checked_in"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_nothing_is_written(scene: Scene, change, code) -> None:
    before = Entry.objects.count()
    given = {"title": "任务"} | change
    assert refusal(tasks.plan_task, scene.duty, scene.pk, tasks.TaskInput(**given)) == code
    assert (Task.objects.count(), Entry.objects.count()) == (0, before)


def test_names_of_sectors_are_taken_once_and_zones_are_areas(scene: Scene) -> None:
    tasks.make_sector(scene.duty, scene.pk, "东侧")
    assert refusal(tasks.make_sector, scene.duty, scene.pk, " 东侧 ") == "command.name_taken"
    assert refusal(zones.draw_zone, scene.duty, scene.pk, "other", "危房", [INSIDE, OUTSIDE]) == "maps.too_few_points"
    with pytest.raises(InvalidInput):
        zones.draw_zone(scene.duty, scene.pk, "moat", "危房", [INSIDE, OUTSIDE, (113.05, 27.8)])


def test_a_zone_drawn_over_running_work_blocks_it(scene: Scene) -> None:
    task = scene.moves(scene.plans(), "approved", "issued", "accepted", "in_progress")
    lon, lat = OUTSIDE
    ring = [(lon - 0.001, lat - 0.001), (lon + 0.001, lat - 0.001), (lon, lat + 0.001)]
    drawn = zones.draw_zone(scene.duty, scene.pk, "other", "危房", ring)
    task.refresh_from_db()
    assert (task.state, task.reason) == ("blocked", "危房")
    zones.enter_confirmation(scene.duty, scene.pk, drawn.pk, zones.Confirmation("safe_declared", "住建局工程师"))
    assert scene.moves(task, "in_progress").state == "in_progress"


def test_after_the_end_nothing_more_is_entered(scene: Scene) -> None:
    scene.incident.state = "closed"
    scene.incident.save()
    assert refusal(scene.plans) == "command.incident_over"
