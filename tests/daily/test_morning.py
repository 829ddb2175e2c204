"""The sheet of a morning: when it is made, how often, what it keeps, and to whom it is told."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import DataError, OperationalError, connection

from muster.access.rights import SYSTEM
from muster.apps.channels.models import OutMessage
from muster.apps.desk.actions import take_entries
from muster.apps.desk.daily import actions, facts, reads, texts
from muster.apps.desk.daily.jobs import LONGEST_WAIT, Morning, daily_step
from muster.apps.desk.daily.plans import plan_rows
from muster.apps.desk.models import DailySheet, FieldEntry, SheetReader
from muster.apps.desk.town_entries import Tap
from muster.apps.people.actions import give_consent, withdraw_consent
from muster.apps.people.erasure import parts
from muster.apps.people.models import AwayNotice, Holding, Member, Unit
from muster.apps.plans.models import PlanCheck
from muster.codecs import sms
from muster.core.errors import Conflict, InvalidInput, MusterError, NotAllowed, NotFound
from muster.jobs import clock
from muster.journal.models import Entry
from muster.journal.verify import verify_stream
from tests.world import World

Made = Callable[[], DailySheet]
At = Callable[[str], object]


@pytest.mark.parametrize(
    ("beijing", "due"),
    [
        ("2026-07-14 07:29", False),
        ("2026-07-14 07:30", True),
        ("2026-01-14 07:29", False),  # no summer time in Beijing: the same hour all the year
        ("2026-01-14 07:30", True),
        ("2026-07-14 23:59", True),  # the machine was off in the morning
        ("2026-07-15 00:01", False),  # the next day has its own morning
    ],
)
def test_the_morning_begins_at_half_past_seven_in_beijing(world: World, at: At, beijing: str, due: bool) -> None:
    at(beijing)
    assert daily_step() is due
    assert DailySheet.objects.exists() is due


def test_the_time_can_be_set_and_nonsense_falls_back(world: World, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MUSTER_DAILY_AT", "06:15")
    assert reads.is_due(at("2026-07-14 06:15"))
    monkeypatch.setattr(settings, "MUSTER_DAILY_AT", "half past six")
    assert not reads.is_due(at("2026-07-14 06:45"))
    assert reads.is_due(at("2026-07-14 07:30"))


def test_the_plans_are_asked_first_and_the_sheet_is_made_from_their_answers(
    world: World, at: At, answered: Callable[[], None]
) -> None:
    at("2026-07-14 07:30")
    assert daily_step()
    assert DailySheet.objects.get().state == "asked"
    asked = set(PlanCheck.objects.filter(state="wanted").values_list("template", flat=True))
    assert f"plan-{world.plan.pk}" in asked
    assert "flood" in asked
    assert not daily_step(), "the planner has not answered yet"
    answered()
    assert daily_step()
    sheet = DailySheet.objects.get()
    assert sheet.state == "made"
    own = next(row for row in sheet.content["plans"] if row["own"])
    newest = PlanCheck.objects.filter(template=f"plan-{world.plan.pk}").latest("pk")
    assert own["state"] == {"holds": "green", "short": "red"}[newest.outcome]
    assert own["p_low"] == newest.p_low
    assert not daily_step(), "once a day"


def test_a_planner_that_is_busy_does_not_keep_the_sheet_back(world: World, at: At) -> None:
    begun = at("2026-07-14 07:30")
    assert daily_step()
    assert not daily_step()
    at((begun + LONGEST_WAIT + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M"))
    assert daily_step()
    assert {row["state"] for row in DailySheet.objects.get().content["plans"]} == {"none"}
    assert {row["why"] for row in DailySheet.objects.get().content["plans"]} == {"waiting"}


def test_a_sheet_asked_for_yesterday_is_never_made_out_of_todays_people(world: World, at: At, morning: Made) -> None:
    at("2026-07-14 23:58")
    assert daily_step()
    at("2026-07-15 07:40")
    assert daily_step()
    assert DailySheet.objects.get(day=date(2026, 7, 14)).state == "missed"
    with pytest.raises(NotFound):
        reads.sheet_of(date(2026, 7, 14))
    assert morning().day == date(2026, 7, 15)


def test_an_empty_system_has_no_sheet(world: World, at: At) -> None:
    at("2026-07-14 08:00")
    Member.objects.update(state="discharged")
    assert daily_step()
    DailySheet.objects.all().delete()
    Holding.objects.all().delete()
    Member.objects.all().delete()
    assert not daily_step()


def test_the_sheet_stays_as_it_was_whatever_happens_afterwards(world: World, at: At, morning: Made) -> None:
    at("2026-07-14 07:30")
    sheet = morning()
    before = json.dumps(sheet.content, sort_keys=True)
    page = world.client_of("office_head").get("/daily/2026-07-14/").content.decode()
    at("2026-07-15 09:00")
    Member.objects.filter(pk__lte=world.member(10).pk).update(state="discharged", name="王别名")
    Unit.objects.filter(code="T1").update(name="改名镇")
    AwayNotice.objects.create(
        member=world.member(20), starts_at=sheet.made_at - timedelta(days=1), ends_at=sheet.made_at + timedelta(days=9)
    )
    world.plan.delete()
    sheet.refresh_from_db()
    assert json.dumps(sheet.content, sort_keys=True) == before
    again = world.client_of("office_head").get("/daily/2026-07-14/").content.decode()
    assert _sheet(again) == _sheet(page)
    assert _sheet(world.client_of("office_head").get("/daily/").content.decode()) != _sheet(page)


def _sheet(page: str) -> str:
    return page[page.index('<article class="paper') : page.index("</article>")]


@pytest.mark.django_db(transaction=True)
def test_the_journal_keeps_a_digest_that_proves_the_sheet(world: World, at: At, morning: Made) -> None:
    at("2026-07-14 07:30")
    sheet = morning()
    entry = Entry.objects.get(stream__name="daily", action="daily.made")
    text = json.dumps(sheet.content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert entry.payload["sha256"] == sheet.digest == hashlib.sha256(text.encode()).hexdigest()
    assert (entry.payload["day"], entry.actor) == ("2026-07-14", "system")
    assert verify_stream("daily").holds


def test_no_name_of_a_member_stands_in_what_is_kept(world: World, at: At, morning: Made) -> None:
    at("2028-06-10 07:30")  # certificates of nearly everybody end on the 30th
    content = morning().content
    assert content["certificates"]["soon"] > 0
    kept = json.dumps(content, ensure_ascii=False)
    assert not [member.name for member in world.members if member.name in kept]
    assert not [member.number for member in world.members if member.number in kept]


@pytest.mark.django_db(transaction=True)
def test_two_processes_make_one_sheet_and_send_its_text_once(
    world: World, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = at("2026-07-14 07:30")
    monkeypatch.setattr(settings, "MUSTER_SMS_URL", "http://127.0.0.1:9")
    actions.add_reader(world.actor("office_head"), "TY000003", agreed=True)
    begun: list[object] = []
    made: list[bool] = []
    gate = threading.Barrier(3)

    def work() -> None:
        gate.wait()
        begun.append(actions.begin(SYSTEM, moment))
        gate.wait()
        made.append(actions.finish(DailySheet.objects.get(), moment))
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert sum(row is not None for row in begun) == 1
    assert sorted(made) == [False, False, True]
    assert OutMessage.objects.filter(kind="sheet").count() == 1
    assert Entry.objects.filter(action="daily.made").count() == 1


def test_the_text_is_one_part_names_nobody_and_is_no_callout(
    world: World, at: At, morning: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    at("2026-07-14 07:30")
    monkeypatch.setattr(settings, "MUSTER_SMS_URL", "http://127.0.0.1:9")
    actions.add_reader(world.actor("office_head"), "TY000003", agreed=True)
    morning()
    message = OutMessage.objects.get()
    assert (message.kind, message.ref, message.exercise) == ("sheet", f"sheet:2026-07-14:{world.member(3).pk}", False)
    assert sms.length(message.body).parts == 1
    assert message.body.startswith("7月14日早报：在册30，可召29")
    assert message.body.endswith("勿回复")
    assert "集结" not in message.body
    assert not [m for m in world.members if m.name in message.body]
    assert reads.texts_of(date(2026, 7, 14)).waiting == 1


def test_in_an_exercise_home_it_leaves_by_the_exercises_gateway_only(
    world: World, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    at("2026-07-14 07:30")
    monkeypatch.setattr(settings, "MUSTER_SMS_URL", "http://127.0.0.1:9")
    for place in ("muster.apps.desk.daily.facts", "muster.apps.desk.daily.findings", "muster.apps.channels.gates"):
        monkeypatch.setattr(f"{place}.is_exercise_home", lambda: True)
    actions.add_reader(world.actor("office_head"), "TY000003", agreed=True)
    sheet = actions.make_now(world.actor("office_head"))
    assert sheet.content["exercise"] is True
    assert not OutMessage.objects.exists(), "there is no gateway for exercises, and the real one is never used"
    sheet.delete()
    monkeypatch.setattr(settings, "MUSTER_EXERCISE_SMS_URL", "http://127.0.0.1:10")
    actions.make_now(world.actor("office_head"))
    message = OutMessage.objects.get()
    assert message.exercise is True
    assert message.body.startswith("【演练】")
    assert sms.length(message.body).parts == 1


def test_the_longest_figures_still_fit_one_part() -> None:
    total = {"enrolled": 1_000_000, "ready": 999_999, "away": 888_888, "taken": 777_777}
    plans = [{"state": state} for state in ("green", "red", "none") for _ in range(40)]
    content = {"exercise": True, "total": total, "plans": plans, "findings": [0] * 99, "certificates": {"soon": 99_999}}
    said = texts.summary(content, date(2026, 12, 31))
    assert sms.length(said).parts == 1
    assert "可召999999" in said
    assert said.endswith("勿回复")


def test_only_members_who_agreed_and_can_be_reached_get_the_text(world: World, at: At) -> None:
    head = world.actor("office_head")
    at("2026-07-14 07:30")
    for who, agreed, code in (
        ("TY000003", False, "daily.reader_not_agreed"),
        ("TY000008", True, "daily.reader_no_mobile"),
        ("TY999999", True, "daily.reader_unknown"),
        ("", True, "daily.reader_unknown"),
    ):
        with pytest.raises(MusterError) as refused:
            actions.add_reader(head, who, agreed=agreed)
        assert refused.value.code == code
    actions.add_reader(head, "ty000003", agreed=True)
    with pytest.raises(Conflict) as twice:
        actions.add_reader(head, world.member(3).number, agreed=True)
    assert twice.value.code == "daily.reader_twice"
    consent = give_consent(head, world.member(3), "callout")
    assert reads.readers_to_send(world.now) == [world.member(3)]
    withdraw_consent(head, consent)
    assert reads.readers_to_send(at("2026-07-14 07:40")) == []
    entry = Entry.objects.get(action="daily.reader_added")
    assert (entry.person, entry.payload) == ("TY000003", {})
    actions.remove_reader(head, SheetReader.objects.get().pk)
    assert not SheetReader.objects.exists()


def test_the_list_of_readers_is_short(world: World, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_READERS", 2)
    head = world.actor("office_head")
    actions.add_reader(head, "TY000003", agreed=True)
    actions.add_reader(head, "TY000004", agreed=True)
    with pytest.raises(Conflict) as full:
        actions.add_reader(head, "TY000005", agreed=True)
    assert full.value.code == "daily.readers_full"


def test_who_is_on_duty_is_entered_once_and_the_journal_keeps_no_name(world: World, at: At) -> None:
    at("2026-07-14 07:00")
    desk = world.actor("duty_officer")
    actions.enter_duty(desk, date(2026, 7, 14), "  罗  主任 ", "")
    actions.enter_duty(desk, date(2026, 7, 14), "罗主任", "陈值班员")
    assert facts.duty_of(date(2026, 7, 14)) == {"leader": "罗主任", "officer": "陈值班员"}
    entries = list(Entry.objects.filter(action="daily.duty_entered").order_by("seq"))
    assert [entry.payload for entry in entries] == [
        {"day": "2026-07-14", "leader": True, "officer": False},
        {"day": "2026-07-14", "leader": True, "officer": True},
    ]
    assert {entry.actor for entry in entries} == {desk.ref}


@pytest.mark.parametrize(
    ("day", "leader", "code"),
    [
        (date(2026, 7, 13), "罗主任", "daily.duty_day"),
        (date(2026, 7, 22), "罗主任", "daily.duty_day"),
        (date(2026, 7, 14), " \u200b\x00 ", "daily.duty_blank"),
    ],
)
def test_nonsense_about_duty_is_refused(world: World, at: At, day: date, leader: str, code: str) -> None:
    at("2026-07-14 07:00")
    with pytest.raises(InvalidInput) as refused:
        actions.enter_duty(world.actor("duty_officer"), day, leader, "")
    assert refused.value.code == code


@pytest.mark.parametrize("who", ["auditor", "town_officer", "village_lead", "member", "system_admin"])
def test_others_change_nothing(world: World, who: str) -> None:
    actor, today = world.actor(who), date(2026, 7, 14)
    for act in (
        lambda: actions.enter_duty(actor, today, "罗主任", ""),
        lambda: actions.add_reader(actor, "TY000003", agreed=True),
        lambda: actions.remove_reader(actor, 1),
        lambda: actions.make_now(actor),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert not DailySheet.objects.exists()
    assert not Entry.objects.filter(stream__name="daily").exists()


def test_a_failure_of_the_sheet_does_not_stop_the_lane(world: World, at: At, monkeypatch: pytest.MonkeyPatch) -> None:
    at("2026-07-14 07:30")

    def fails(*_: object) -> None:
        raise Conflict("daily.made_already")

    monkeypatch.setattr("muster.apps.desk.daily.jobs.begin", fails)
    assert Morning().step() is False

    def spoils(*_: object) -> None:
        raise DataError("value too long")

    monkeypatch.setattr("muster.apps.desk.daily.jobs.begin", spoils)
    assert Morning().step() is False

    def is_away(*_: object) -> None:
        raise OperationalError("the database is away")

    monkeypatch.setattr("muster.apps.desk.daily.jobs.begin", is_away)
    with pytest.raises(OperationalError):  # the lane connects anew
        Morning().step()


def test_a_shortfall_of_a_capability_that_was_taken_out_is_still_told(world: World, at: At) -> None:
    at("2026-07-14 07:30")
    lines = [{"capability": "blacksmith", "due_minutes": 30}, {"capability": "medic", "due_minutes": 45}]
    result = {"lines": lines, "shortfall": {"lines": [0, 1], "missing": 3}}
    PlanCheck.objects.create(
        template=f"plan-{world.plan.pk}", state="done", outcome="short", target=0.9, p_low=0.4, asked_by="system",
        asked_at=world.now, at=clock.now(), result=result,
    )  # fmt: skip
    row = next(each for each in plan_rows(clock.now(), clock.now()) if each["own"])
    assert [line["zh"] for line in row["short"]["lines"]] == ["blacksmith", world.capabilities["medic"].zh]


def test_an_erased_reader_gets_nothing_any_more(world: World, at: At) -> None:
    actions.add_reader(world.actor("office_head"), "TY000003", agreed=True)
    part = next(each for each in parts() if each.name == "desk")
    assert part.hinder(world.member(3)) == ""
    assert part.erase(world.member(3)) == 1
    assert not SheetReader.objects.exists()


def test_by_hand_no_sheet_is_made_before_the_morning(world: World, at: At) -> None:
    """Yesterday's page stands open and is pressed after midnight."""
    head = world.actor("office_head")
    at("2026-07-15 00:10")
    with pytest.raises(Conflict) as refused:
        actions.make_now(head)
    assert refused.value.code == "daily.not_due"
    assert not DailySheet.objects.exists()
    page = world.client_of("office_head", language="zh-hans").post("/daily/make/", follow=True).content.decode()
    assert "未到 07:30" in page
    at("2026-07-15 07:30")
    assert actions.make_now(head).day == date(2026, 7, 15)


def test_of_what_was_entered_about_an_erased_member_the_reasons_go(world: World, at: At) -> None:
    actor = world.actor("town_officer")
    for number, said in enumerate(("decline-ill", "accept-30", "en_route", "here-scene")):
        take_entries(actor, [Tap(f"key-0000{number}", world.alert(2).pk, said)])
    take_entries(actor, [Tap("key-other", world.alert(6).pk, "decline-ill")])
    part = next(each for each in parts() if each.name == "desk")
    assert part.erase(world.member(2)) == 3
    kept = FieldEntry.objects.order_by("pk").values_list("said", flat=True)
    assert list(kept) == ["decline", "accept", "en_route", "here", "decline-ill"]
