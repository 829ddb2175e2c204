"""Positions, teams that alarm by themselves, vehicles, periods."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.access.models import Account
from muster.apps.command.actions import orders, staff, tasks
from muster.apps.command.models import Riding
from muster.apps.command.positions import within_span
from muster.apps.command.reads import staff as reads
from muster.apps.command.reads.clocks import alarms
from muster.apps.incidents import actions as incidents
from muster.apps.people.models import Holding
from muster.core.errors import NotAllowed
from muster.journal.models import Entry
from tests.command.conftest import Scene
from tests.command.test_zones_and_tasks import refusal

pytestmark = pytest.mark.django_db


def team_of(scene: Scene, name: str = "东侧一组", size: int = 4, **more: object) -> staff.Team:
    lead = scene.leaders()[0]
    hands = [member.number for member in scene.hands()[: size - 1]]
    return staff.form_team(scene.duty, scene.pk, name, lead.number, hands, **more)


def test_only_the_qualified_hold_a_position_and_the_refusal_says_what_is_lacking(scene: Scene) -> None:
    hand, lead = scene.hands()[0], scene.leaders()[0]
    with pytest.raises(staff.InvalidInput) as refused:
        staff.hand_over(scene.duty, scene.pk, "operations", f"member:{hand.number}")
    assert (refused.value.code, refused.value.params["capability"]) == ("command.position_lacks", "team_leader")
    assert staff.hand_over(scene.duty, scene.pk, "operations", f"member:{lead.number}").since == scene.office.clock.at


def test_a_lapsed_certificate_does_not_count(scene: Scene) -> None:
    lead = scene.leaders()[0]
    Holding.objects.filter(member=lead).update(valid_to=scene.office.clock.at.date() - timedelta(days=1))
    assert refusal(staff.hand_over, scene.duty, scene.pk, "safety", f"member:{lead.number}") == "command.position_lacks"


def test_a_handover_ends_the_one_and_begins_the_other_and_is_journaled(scene: Scene) -> None:
    lead = scene.leaders()[0]
    head = Account.objects.get(role="office_head")
    staff.hand_over(scene.duty, scene.pk, "incident_commander", f"account:{head.pk}")
    scene.office.clock.forward(30)
    staff.hand_over(scene.duty, scene.pk, "incident_commander", f"member:{lead.number}")
    first, second = scene.incident.positions.all()
    assert (first.account_id, first.until) == (head.pk, scene.office.clock.at)
    assert (second.member_id, second.since, second.until) == (lead.pk, first.until, None)
    told = Entry.objects.filter(action="position.handed_over").order_by("seq").last()
    assert (told.payload["from"], told.payload["to"]) == (f"account:{head.pk}", f"member:{lead.number}")


@pytest.mark.parametrize(
    ("position", "holder", "code"),
    [
        ("king", "account:1", "command.position_unknown"),
        ("operations", "", "command.position_same"),
        ("operations", "account:x", "command.nobody_chosen"),
        ("operations", "account:99999999999999999999", "command.nobody_chosen"),
        ("operations", "account:987654", "command.nobody_chosen"),
        ("operations", "gateway:1", "command.nobody_chosen"),
        ("operations", "member:TY999999", "command.not_checked_in"),
    ],
)
def test_nonsense_holds_no_position(scene: Scene, position: str, holder: str, code: str) -> None:
    assert refusal(staff.hand_over, scene.duty, scene.pk, position, holder) == code


def test_the_auditor_holds_no_position(scene: Scene) -> None:
    auditor = Account.objects.get(role="auditor")
    assert refusal(staff.hand_over, scene.duty, scene.pk, "safety", f"account:{auditor.pk}") == "command.position_role"


@pytest.mark.parametrize(("under", "fits"), [(0, False), (2, False), (3, True), (5, True), (7, True), (8, False)])
def test_three_to_seven_can_be_led(under: int, fits: bool) -> None:
    assert within_span(under) is fits


def test_spans_count_who_stands_directly_below(scene: Scene) -> None:
    lead, head = scene.leaders()[0], Account.objects.get(role="office_head")
    for position in ("incident_commander", "safety", "operations"):
        staff.hand_over(scene.duty, scene.pk, position, f"account:{head.pk}")
    led = tasks.make_sector(scene.duty, scene.pk, "东侧", (), lead.number)
    team_of(scene, sector=led.pk)
    found = {post.code: post.under for post in reads.posts(scene.duty, scene.incident)}
    assert (found["incident_commander"], found["operations"], found["planning"]) == (2, 1, 0)


def test_a_team_alarms_by_itself_and_falls_silent_when_it_reports(scene: Scene) -> None:
    team = team_of(scene)
    at = scene.office.clock.at
    assert alarms(scene.incident, at + timedelta(minutes=20)).teams == ()
    assert alarms(scene.incident, at + timedelta(minutes=20, seconds=1)).teams == ("东侧一组",)
    scene.office.clock.forward(21)
    staff.report_par(scene.duty, scene.pk, team.pk, 4)
    assert alarms(scene.incident, scene.office.clock.at).teams == ()
    assert reads.team_views(scene.duty, scene.incident, scene.office.clock.at)[0].left_seconds == 1200


def test_a_number_that_is_not_the_teams_does_not_silence_the_alarm(scene: Scene) -> None:
    team = team_of(scene)
    scene.office.clock.forward(21)
    assert refusal(staff.report_par, scene.duty, scene.pk, team.pk, 3) == "command.par_count"
    assert alarms(scene.incident, scene.office.clock.at).teams == ("东侧一组",)


def test_the_office_sets_the_time_itself(scene: Scene) -> None:
    with pytest.raises(NotAllowed):
        orders.set_dials(scene.duty, {"par_minutes": 5})
    assert orders.set_dials(scene.office.head, {"par_minutes": 5, "duty_hours": 12}) == 1
    team_of(scene)
    assert alarms(scene.incident, scene.office.clock.at + timedelta(minutes=6)).teams == ("东侧一组",)


@pytest.mark.parametrize(
    ("key", "value", "code"), [("par_minutes", 0, "command.dial_value"), ("x", 5, "command.dial_unknown")]
)
def test_times_that_can_not_be_are_refused(scene: Scene, key: str, value: int, code: str) -> None:
    assert refusal(orders.set_dials, scene.office.head, {key: value}) == code


def test_a_team_is_led_by_a_leader_and_nobody_is_in_two(scene: Scene) -> None:
    hand = scene.hands()[0]
    assert refusal(staff.form_team, scene.duty, scene.pk, "一组", hand.number, []) == "command.position_lacks"
    team = team_of(scene)
    second = scene.leaders()[1]
    assert refusal(staff.form_team, scene.duty, scene.pk, "二组", second.number, [hand.number]) == "command.in_team"
    assert refusal(team_of, scene) == "command.name_taken"
    staff.disband_team(scene.duty, scene.pk, team.pk)
    assert staff.form_team(scene.duty, scene.pk, "二组", second.number, [hand.number]).members.count() == 2
    assert refusal(staff.report_par, scene.duty, scene.pk, team.pk, 4) == "command.team_unknown"


def test_nobody_who_is_not_here_joins_a_team(scene: Scene) -> None:
    hand = scene.hands()[0]
    gone = scene.callout.alerts.get(member=hand)
    incidents.leave(scene.duty, scene.callout, [gone.pk])
    lead = scene.leaders()[0]
    assert (
        refusal(staff.form_team, scene.duty, scene.pk, "一组", lead.number, [hand.number]) == "command.not_checked_in"
    )


def test_who_is_on_which_vehicle_since_when(scene: Scene) -> None:
    hand = scene.hands()[0]
    staff.board_vehicle(scene.duty, scene.pk, "湘b·12345", [hand.number])
    scene.office.clock.forward(10)
    assert staff.board_vehicle(scene.duty, scene.pk, "湘B·12345", [hand.number]) == []
    (second,) = staff.board_vehicle(scene.duty, scene.pk, "2 号车", [hand.number])
    assert Riding.objects.get(vehicle="湘B·12345").left_at == scene.office.clock.at == second.boarded_at
    assert [(one.plate, len(one.riders)) for one in reads.vehicles(scene.duty, scene.incident)] == [("2 号车", 1)]
    staff.leave_vehicle(scene.duty, scene.pk, second.pk)
    assert refusal(staff.leave_vehicle, scene.duty, scene.pk, second.pk) == "command.not_riding"
    assert refusal(staff.board_vehicle, scene.duty, scene.pk, "2 号车", []) == "command.nobody_chosen"


def test_who_has_been_on_duty_for_too_long_is_named(scene: Scene) -> None:
    assert reads.tired(scene.duty, scene.incident, scene.office.clock.at + timedelta(hours=12)) == []
    over = reads.tired(scene.duty, scene.incident, scene.office.clock.at + timedelta(hours=12, minutes=1))
    assert {member.pk for member, _ in over} == {member.pk for member in scene.here}


def test_periods_follow_one_another(scene: Scene) -> None:
    at = scene.office.clock.at
    first = staff.open_period(scene.duty, scene.pk, at, at + timedelta(hours=8), "控制东侧\n疏散居民")
    assert first.number == 1
    later = (at + timedelta(hours=7), at + timedelta(hours=9))
    assert refusal(staff.open_period, scene.duty, scene.pk, *later, "x") == "command.period_times"
    assert (
        refusal(staff.open_period, scene.duty, scene.pk, at + timedelta(hours=8), at + timedelta(hours=33), "x")
        == "command.period_times"
    )
    assert (
        staff.open_period(scene.duty, scene.pk, at + timedelta(hours=8), at + timedelta(hours=16), "守护").number == 2
    )


def test_a_town_officer_sees_no_names_of_other_towns(scene: Scene) -> None:
    team_of(scene, size=8)
    own = set(reads.people_here(scene.office.town_officer, scene.incident))
    (view,) = reads.team_views(scene.office.town_officer, scene.incident, scene.office.clock.at)
    shown = {member.name for member in scene.here if member.name in view.names}
    assert shown <= {member.name for member in own}
    assert len(own) < len(scene.here)
