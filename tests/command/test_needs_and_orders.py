"""Dangers, evacuation, requests, levels, reports."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muster.apps.command import drafting
from muster.apps.command.actions import needs, orders
from muster.apps.command.models import Danger, Request
from muster.apps.command.reads.clocks import alarms, clocks
from muster.core.errors import IllegalTransition, NotAllowed
from muster.journal.models import Entry
from tests.command.conftest import Scene
from tests.command.test_zones_and_tasks import refusal

pytestmark = pytest.mark.django_db

DANGER = ("found", "reported", "handled", "closed")
REQUEST = ("requested", "ordered", "assigned", "arrived", "cancelled")


def danger(scene: Scene) -> Danger:
    return needs.find_danger(scene.duty, scene.pk, "管涌", "堤段 3+200", "照片 3，涌水 2 升/秒")


def wish(scene: Scene, **more: object) -> Request:
    given = {"kind": "vehicle", "what": "运输车", "quantity": 12, "deliver_to": "东侧"} | more
    return needs.request_resource(scene.duty, scene.pk, needs.Wish(**given))


def sent(scene: Scene, kind: str = "first", **more: object) -> orders.Report:
    given = {"kind": kind, "medium": "written", "addressee": "市应急局", "title": "报告", "body": "情况如下。"} | more
    return orders.send_report(scene.duty, scene.pk, **given)


@pytest.mark.parametrize("was", DANGER)
@pytest.mark.parametrize("to", [*DANGER, "forgotten"])
def test_every_step_of_a_danger(scene: Scene, was: str, to: str) -> None:
    row = danger(scene)
    Danger.objects.filter(pk=row.pk).update(state=was)
    if DANGER.index(was) + 1 < len(DANGER) and DANGER[DANGER.index(was) + 1] == to:
        assert refusal(needs.move_danger, scene.duty, scene.pk, row.pk, to, " ") in {
            "command.danger_reported_to", "command.danger_how", "command.evidence_after",
        }  # fmt: skip
        assert needs.move_danger(scene.duty, scene.pk, row.pk, to, "照片 9").state == to
        return
    with pytest.raises(IllegalTransition):
        needs.move_danger(scene.duty, scene.pk, row.pk, to, "照片 9")


@pytest.mark.parametrize("was", REQUEST)
@pytest.mark.parametrize("to", REQUEST)
def test_every_step_of_a_request(scene: Scene, was: str, to: str) -> None:
    row = wish(scene)
    Request.objects.filter(pk=row.pk).update(state=was)
    legal = {("requested", "ordered"), ("ordered", "assigned"), ("assigned", "arrived")}
    legal |= {(state, "cancelled") for state in ("requested", "ordered", "assigned")}
    if (was, to) in legal:
        assert needs.move_request(scene.duty, scene.pk, row.pk, to, "区运管所").state == to
        return
    with pytest.raises(IllegalTransition):
        needs.move_request(scene.duty, scene.pk, row.pk, to, "区运管所")


def test_an_order_names_who_supplies(scene: Scene) -> None:
    assert refusal(needs.move_request, scene.duty, scene.pk, wish(scene).pk, "ordered") == "command.request_source"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "magic"}, "command.request_kind"), ({"quantity": 0}, "command.request_quantity"),
        ({"quantity": -3}, "command.request_quantity"), ({"what": "\t"}, "command.request_what"),
        ({"deliver_to": ""}, "command.request_where"),
    ],
)  # fmt: skip
def test_requests_that_can_not_be_filled_are_refused(scene: Scene, change: dict[str, object], code: str) -> None:
    assert refusal(wish, scene, **change) == code


def test_an_unreported_danger_alarms_when_its_time_is_over(scene: Scene) -> None:
    row = danger(scene)
    assert alarms(scene.incident, row.report_due_at).dangers == ()
    assert alarms(scene.incident, row.report_due_at + timedelta(seconds=1)).dangers == ("管涌",)
    needs.move_danger(scene.duty, scene.pk, row.pk, "reported", "市防指")
    assert alarms(scene.incident, row.report_due_at + timedelta(hours=1)).dangers == ()


@pytest.mark.parametrize("counts", [(0, 0, 0), (10, 6, 5), (10, -1, 0), (2001, 0, 0)])
def test_counts_that_can_not_be_true_are_refused(scene: Scene, counts: tuple[int, int, int]) -> None:
    batch = needs.Batch("甲", "乙", *counts)
    assert refusal(needs.send_batch, scene.duty, scene.pk, batch) == "command.batch_count"


def test_a_batch_arrives_once_and_not_with_more_than_left(scene: Scene) -> None:
    row = needs.send_batch(scene.duty, scene.pk, needs.Batch("居民楼", "小学", 42, 6, 9))
    assert refusal(needs.receive_batch, scene.duty, scene.pk, row.pk, 43) == "command.batch_arrived"
    assert needs.receive_batch(scene.duty, scene.pk, row.pk, 41).arrived_people == 41
    with pytest.raises(IllegalTransition):
        needs.receive_batch(scene.duty, scene.pk, row.pk, 41)


@pytest.mark.parametrize("who", ["duty", "town_officer", "auditor"])
def test_a_level_is_ordered_by_head_or_commander_alone(scene: Scene, who: str) -> None:
    with pytest.raises(NotAllowed):
        orders.order_level(getattr(scene.office, who), scene.pk, "III", "火势蔓延")


def test_levels_have_a_reason_a_name_and_a_history(scene: Scene) -> None:
    head = scene.office.head
    assert refusal(orders.order_level, head, scene.pk, "III", " ") == "command.level_reason"
    assert refusal(orders.order_level, head, scene.pk, "V", "x") == "command.level_unknown"
    assert refusal(orders.order_level, head, scene.pk, "", "x") == "command.level_same"
    orders.order_level(head, scene.pk, "III", "火势蔓延")
    orders.order_level(scene.office.commander, scene.pk, "II", "危及铁路")
    assert [(row.level, row.ordered_by) for row in scene.incident.levels.all()] == [
        ("III", head.ref),
        ("II", scene.office.commander.ref),
    ]
    assert alarms(scene.incident, scene.office.clock.at).level == "II"


def test_the_system_itself_orders_no_level(scene: Scene) -> None:
    assert not Entry.objects.filter(action="level.ordered").exists()
    scene.office.clock.forward(600)
    assert scene.incident.levels.count() == 0


def test_report_clocks_run_from_the_call_and_stop_when_sent(scene: Scene) -> None:
    t0 = scene.incident.t0
    found = clocks(scene.incident, t0 + timedelta(minutes=30))
    assert [(one.due_at - t0, one.late) for one in found] == [
        (timedelta(minutes=20), True), (timedelta(minutes=40), False), (timedelta(hours=1), False), (timedelta(hours=2), False),
    ]  # fmt: skip
    sent(scene, medium="phone", clock="report_phone")
    assert not clocks(scene.incident, t0 + timedelta(minutes=30))[0].late
    orders.set_dials(scene.office.head, {"report_written": 0, "report_follow": 90})
    assert [one.key for one in clocks(scene.incident, t0)] == ["report_phone", "report_follow", "report_second"]


def test_first_then_follow_up_then_final_and_nothing_after(scene: Scene) -> None:
    assert refusal(sent, scene, "follow_up") == "command.report_not_first"
    assert sent(scene).number == 1
    assert refusal(sent, scene) == "command.report_first"
    assert sent(scene, "follow_up").number == 2
    assert sent(scene, "final").number == 3
    assert refusal(sent, scene, "follow_up") == "command.report_over"


def test_exercise_and_actual_reports_are_numbered_apart_by_beijing_years(scene: Scene) -> None:
    assert (sent(scene).series, sent(scene, "follow_up").year) == ("exercise", 2026)
    scene.office.clock.at = scene.office.clock.at.replace(month=12, day=31, hour=16)
    assert (sent(scene, "follow_up").year, scene.incident.reports.last().number) == (2027, 1)
    real = scene.office.opens(title="真火", mode="actual").incident
    given = {"kind": "first", "medium": "written", "addressee": "市应急局", "title": "首报", "body": "x"}
    assert orders.send_report(scene.duty, real.pk, **given).number == 1


def test_the_text_is_written_from_what_is_known(scene: Scene) -> None:
    danger(scene)
    wish(scene)
    needs.send_batch(scene.duty, scene.pk, needs.Batch("居民楼", "小学", 42, 6, 9))
    scene.plans()
    orders.order_level(scene.office.head, scene.pk, "III", "火势蔓延")
    said = drafting.draft(scene.incident, scene.office.clock.at)
    assert (said["kind"], said["clock"], said["medium"]) == ("first", "report_phone", "phone")
    for fact in (scene.incident.title, "42", "管涌", "运输车 × 12", str(len(scene.here))):
        assert fact in said["body"]
