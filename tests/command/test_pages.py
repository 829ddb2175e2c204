"""The pages of command as the duty room uses them: acts by form, nothing typed is lost, the duty page tells."""

from __future__ import annotations

import pytest
from django.test import Client

from muster.apps.command.actions import staff
from muster.apps.command.ics.sheets import SHEETS
from muster.apps.command.models import SafetyZone, Task
from muster.apps.incidents.actions import check_in
from muster.apps.incidents.models import Incident
from muster.apps.people.models import Holding
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(world: World) -> Incident:
    """An incident at the substation with two people here: member 2, and a leader."""
    for number in (2, 6):
        check_in(world.actor("duty_officer"), world.alert(number))
    return world.running


def page(running: Incident, part: str = "") -> str:
    return f"/command/{running.pk}/{part}"


def enter(client: Client, path: str, act: str, **fields: object) -> object:
    return client.post(path, {"act": act, **fields})


def test_a_task_is_planned_approved_issued_and_read_through_the_page(world: World, running: Incident) -> None:
    SafetyZone.objects.all().delete()
    desk = world.client_of("duty_officer")
    number = world.member(2).number
    done = enter(desk, page(running), "task-plan", task_title="设置警戒线", assignee=number, place="113.2, 27.9")
    assert (done.status_code, done["Location"]) == (302, page(running))
    task = Task.objects.get()
    for to in ("approved", "issued"):
        assert enter(desk, page(running), "task-step", id=task.pk, to=to).status_code == 302
    assert enter(desk, page(running), "task-read", id=task.pk, how="radio").status_code == 302
    task.refresh_from_db()
    assert (task.state, task.read_how) == ("issued", "radio")
    assert "设置警戒线" in desk.get(page(running)).content.decode()
    assert "设置警戒线" in desk.get(f"/incidents/{running.pk}/log/").content.decode()


def test_what_is_refused_stays_on_the_page_with_the_reason(world: World, running: Incident) -> None:
    desk = world.client_of("duty_officer")
    answer = enter(desk, page(running), "task-plan", task_title="<b>火</b>", hazards="带电", place="999, 1")
    assert answer.status_code == 422
    said = answer.content.decode()
    assert "&lt;b&gt;火&lt;/b&gt;" in said
    assert 'value="带电"' in said
    assert "<b>火</b>" not in said
    answer = enter(desk, page(running), "zone-entry", kind="power_isolated", confirmed_by="调度", at="9999-12-31T23:59")
    assert answer.status_code == 422
    assert 'value="调度"' in answer.content.decode()


@pytest.mark.parametrize(
    ("part", "fields"),
    [
        ("", {"act": "bomb"}), ("", {}), ("", {"act": "task-step", "id": "9" * 30, "to": "approved"}),
        ("", {"act": "task-step", "id": "-1", "to": "approved"}), ("", {"act": "task-step", "id": "1' OR 1", "to": "x"}),
        ("people/", {"act": "par", "id": "1", "people": "1e9"}), ("people/", {"act": "team", "members": ["TY1", "x"]}),
        ("needs/", {"act": "batch", "people": "-4"}), ("reports/", {"act": "level", "level": "VII", "reason": "x"}),
        ("reports/", {"act": "report", "body": "x" * 7000}),
    ],
)  # fmt: skip
def test_hostile_forms_get_a_calm_page(world: World, running: Incident, part: str, fields: dict[str, object]) -> None:
    answer = world.client_of("commander").post(page(running, part), fields)
    assert answer.status_code in (400, 422)
    assert Task.objects.count() == 0


def test_looking_is_not_commanding(world: World, running: Incident) -> None:
    for who in ("town_officer", "auditor"):
        client = world.client_of(who)
        assert client.get(page(running)).status_code == 200
        assert enter(client, page(running), "task-plan", task_title="x").status_code == 403
    assert (
        enter(world.client_of("duty_officer"), page(running, "reports/"), "level", level="II", reason="x").status_code
        == 403
    )
    assert "act-level" not in world.client_of("duty_officer").get(page(running, "reports/")).content.decode()


def test_the_duty_page_leads_to_command_and_takes_the_flag_down_after_the_entry(
    world: World, running: Incident
) -> None:
    desk = world.client_of("duty_officer")
    duty = desk.get(f"/duty/{running.pk}/").content.decode()
    assert f'id="act-command" data-key="6" href="{page(running)}"' in duty
    assert "power not confirmed off" in duty
    zone = running.zones.get()
    done = enter(
        desk, page(running), "zone-entry", zone=zone.pk, kind="power_isolated", confirmed_by="调度", number="17"
    )
    assert done.status_code == 302
    assert "power not confirmed off" not in desk.get(f"/duty/{running.pk}/").content.decode()


def test_the_duty_page_names_a_silent_team_and_the_next_report(world: World, running: Incident) -> None:
    Holding.objects.create(member=world.member(2), capability=world.capabilities["team_leader"])
    staff.form_team(world.actor("duty_officer"), running.pk, "东侧一组", world.member(2).number, [], par_minutes=1)
    desk = world.client_of("duty_officer")
    assert "No report from" not in desk.get(f"/duty/{running.pk}/").content.decode()
    running.teams.update(checked_at=running.t0.replace(year=2025))
    said = desk.get(f"/duty/{running.pk}/").content.decode()
    assert "No report from" in said
    assert "东侧一组" in said
    assert 'data-testid="report-left"' in said


def test_a_member_reads_and_takes_on_his_own_task_and_sees_no_other(world: World, running: Incident) -> None:
    SafetyZone.objects.all().delete()
    other = Task.objects.create(
        incident=running, number=1, title="别人的", state="issued", planned_at=world.now, changed_at=world.now,
        assignee=world.member(2),
    )  # fmt: skip
    mine = Task.objects.create(
        incident=running, number=2, title="我的", state="issued", planned_at=world.now, changed_at=world.now,
        assignee=world.member(1),
    )  # fmt: skip
    me = world.client_of("member")
    said = me.get("/command/mine/").content.decode()
    assert "我的" in said
    assert "别人的" not in said
    assert me.post("/command/mine/", {"task": other.pk, "to": "accepted"}).status_code == 422
    assert me.post("/command/mine/", {"task": mine.pk, "to": "refused", "reason": " "}).status_code == 422
    assert me.post("/command/mine/", {"task": mine.pk, "to": "accepted"}).status_code == 302
    mine.refresh_from_db()
    assert (mine.state, mine.read_how) == ("accepted", "self")


@pytest.mark.parametrize("code", SHEETS)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_form_prints_in_both_languages(world: World, running: Incident, code: str, language: str) -> None:
    answer = world.client_of("duty_officer", language=language).get(page(running, f"forms/{code}/"))
    assert answer.status_code == 200
    assert running.title in answer.content.decode()


def test_a_form_or_report_that_is_not_there_is_not_found(world: World, running: Incident) -> None:
    desk = world.client_of("duty_officer")
    assert desk.get(page(running, "forms/999/")).status_code == 404
    assert desk.get(page(running, "reports/999/")).status_code == 404


def test_a_report_has_its_number_and_an_empty_place_for_the_seal(world: World, running: Incident) -> None:
    desk = world.client_of("duty_officer", language="zh-hans")
    form = desk.get(page(running, "reports/")).content.decode()
    assert running.title in form
    given = {
        "kind": "first",
        "medium": "written",
        "addressee": "市应急局",
        "report_title": "首报",
        "body": "第一段\n第二段",
    }
    assert enter(desk, page(running, "reports/"), "report", **given).status_code == 302
    said = desk.get(page(running, f"reports/{running.reports.get().pk}/")).content.decode()
    assert f"〔{world.now.year}〕1号" in said
    assert said.count('class="text"') == 2
    assert "盖章处" in said
