"""What stands on the sheet, counted a second time by other means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.conf import settings

from muster.apps.desk.daily import facts
from muster.apps.desk.daily.fit import FEWEST
from muster.apps.desk.daily.words import MOST, page_of
from muster.apps.maps.actions import ClosureInput, draw_closure
from muster.apps.people.actions import give_consent, withdraw_consent
from muster.apps.people.models import AwayNotice, Holding, Member
from muster.apps.plans.actions import ask_checks
from muster.apps.plans.models import Plan, PlanCheck, PlanNeed
from muster.apps.service.actions import commit
from tests.daily.conftest import MACHINE
from tests.world import World

Answered = Callable[[], None]
GROUPS = ("ready", "taken", "away", "unreachable")


def codes(found: dict[str, object]) -> dict[str, int]:
    return {row["code"]: row.get("n", 1) for row in found["findings"]}


def test_everybody_is_counted_once_and_towns_add_up(world: World) -> None:
    notice = {"starts_at": world.now - timedelta(hours=1), "ends_at": world.now + timedelta(hours=1)}
    AwayNotice.objects.create(member=world.member(2), **notice)
    AwayNotice.objects.create(member=world.member(3), **notice)
    commit([world.member(3).pk, world.member(4).pk], "callout:99", world.now, False)
    commit([world.member(5).pk], "callout:98", world.now, True)  # an exercise keeps nobody from an actual callout
    head = world.actor("office_head")
    withdraw_consent(head, give_consent(head, world.member(6), "callout"))
    found = facts.gather(world.now)
    assert found["total"] == {"enrolled": 30, "ready": 25, "taken": 2, "away": 1, "unreachable": 2}
    for row in (*found["towns"], found["total"]):
        assert row["enrolled"] == sum(row[group] for group in GROUPS)
    for group in ("enrolled", *GROUPS):
        assert found["total"][group] == sum(row[group] for row in found["towns"])
    of_t1 = [m for m in world.members if m.unit.path.startswith("OF/T1/")]
    assert [(row["zh"], row["enrolled"]) for row in found["towns"]] == [
        ("栗雨街道", len(of_t1)),
        ("泰山街道", len([m for m in world.members if m.unit.path.startswith("OF/T2/")])),
        ("", len([m for m in world.members if m.unit.path == "OF/S1"])),
    ]


def test_a_capability_is_held_against_the_most_demanding_plan(world: World) -> None:
    commit([world.member(3).pk], "callout:99", world.now, False)
    rows = {row["zh"]: row for row in facts.gather(world.now)["capabilities"]}
    medic = world.capabilities["medic"]
    holders = [n for n in (3, 7, 12, 18) if _valid(world, n)]
    # the office's own plan asks for 1, the shipped flood plan for 6
    assert rows[medic.zh] == {
        "zh": medic.zh, "en": medic.en, "holders": len(holders), "ready": len([n for n in holders if n != 3]), "need": 6,
    }  # fmt: skip


def _valid(world: World, number: int) -> bool:
    held = world.member(number).holdings.get(capability__slug="medic")
    return held.valid_to is None or held.valid_to >= world.now.date()


def test_certificates_by_their_end(world: World) -> None:
    day = date(2026, 7, 14)
    ends = {1: -1, 2: 0, 3: 30, 4: 31, 5: 60, 6: 61}
    Holding.objects.update(valid_to=None)
    for number, days in ends.items():
        Holding.objects.filter(member=world.member(number), capability__slug="general_rescue").update(
            valid_to=day + timedelta(days=days)
        )
    found = facts.certificates(day)
    assert (found["lapsed"], found["soon"], found["later"]) == (1, 2, 2)
    assert [row[0] for row in found["holdings"]] == [world.member(n).pk for n in (2, 3, 4, 5)]
    Member.objects.filter(pk=world.member(2).pk).update(state="discharged")
    assert facts.certificates(day)["soon"] == 1


@pytest.fixture
def easy(world: World) -> Plan:
    """The office's plan asks for so little that it holds."""
    PlanNeed.objects.filter(plan=world.plan).exclude(order=1).delete()
    PlanNeed.objects.filter(plan=world.plan).update(
        capability=world.capabilities["general_rescue"], people=2, due_minutes=600
    )
    return world.plan


def own_plan(world: World, at: datetime, since: datetime | None = None) -> dict[str, object]:
    return next(row for row in facts.gather(at, since)["plans"] if row["own"])


def test_a_plan_is_green_only_by_an_answer_of_today(
    world: World, easy: Plan, at: Callable[[str], datetime], answered: Answered
) -> None:
    assert own_plan(world, world.now)["why"] == "never"
    ask_checks(world.actor("office_head"), own=True)
    assert own_plan(world, world.now)["why"] == "waiting"
    answered()
    check = PlanCheck.objects.filter(template=f"plan-{world.plan.pk}").latest("pk")
    row = own_plan(world, world.now)
    assert check.outcome == "holds"
    assert (row["state"], row["why"], row["p_low"], row["alerts"]) == (
        "green", "", check.p_low, len(check.result["alert"]),
    )  # fmt: skip
    assert row["p_low"] >= row["target"]
    nearly = at("2026-07-15 14:19")
    assert own_plan(world, nearly)["state"] == "green"
    stale = at("2026-07-15 14:20")
    assert (own_plan(world, stale)["state"], own_plan(world, stale)["why"]) == ("none", "old")


def test_an_answer_counts_no_more_once_people_plan_or_roads_moved(
    world: World, easy: Plan, at: Callable[[str], datetime], answered: Answered
) -> None:
    head = world.actor("office_head")
    ask_checks(head, own=True)
    answered()
    asked, later = world.now, at("2026-07-14 15:00")
    assert own_plan(world, later)["state"] == "green"
    draw_closure(head, ClosureInput(kind="flood", points=[(113.12, 27.82), (113.13, 27.83)]))
    assert own_plan(world, later)["why"] == "moved"
    assert own_plan(world, later, asked)["state"] == "green", "asked for this very sheet"
    ask_checks(head, own=True)
    answered()
    assert own_plan(world, later)["state"] == "green"
    Plan.objects.filter(pk=world.plan.pk).update(changed_at=at("2026-07-14 15:10"))
    assert own_plan(world, at("2026-07-14 15:11"))["why"] == "moved"


def test_a_plan_that_falls_short_says_of_what(world: World, answered: Answered) -> None:
    ask_checks(world.actor("office_head"), own=True)
    answered()
    flood = next(row for row in facts.gather(world.now)["plans"] if row["zh"] == "防汛抢险")
    assert (flood["state"], flood["own"]) == ("red", False)
    check = PlanCheck.objects.filter(template="flood").latest("pk")
    slugs = [check.result["lines"][number]["capability"] for number in check.result["shortfall"]["lines"]]
    names = {row.slug: row.zh for row in world.capabilities.values()}
    assert [line["zh"] for line in flood["short"]["lines"]] == list(dict.fromkeys(names[slug] for slug in slugs))
    assert flood["short"]["missing"] == check.result["shortfall"]["missing"]


def test_a_shipped_plan_that_was_taken_over_stands_there_once(world: World) -> None:
    before = [row["zh"] for row in facts.gather(world.now)["plans"]]
    Plan.objects.filter(pk=world.plan.pk).update(zh="防汛抢险", kind="natural.flood")
    after = [row["zh"] for row in facts.gather(world.now)["plans"]]
    assert before.count("防汛抢险") == after.count("防汛抢险") == 1


def test_findings_are_what_is_wrong_and_nothing_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MUSTER_SMS_URL", "http://127.0.0.1:9")
    assert codes(facts.gather(world.now)) == {"no_phone": 1}  # member 8
    head = world.actor("office_head")
    withdraw_consent(head, give_consent(head, world.member(6), "callout"))
    Member.objects.filter(pk=world.member(9).pk).update(lon=None, lat=None)
    type(world.member(9).unit).objects.update(lon=None, lat=None)
    draw_closure(head, ClosureInput(kind="flood", points=[(113.12, 27.82), (113.13, 27.83)]))
    MACHINE.append({"zh": "最近的备份是 40 小时前的。", "en": "The newest backup is 40 hours old."})
    found = facts.gather(world.now)
    assert codes(found) == {"machine": 1, "no_phone": 1, "withdrawn": 1, "no_home": 1, "closures": 1}
    assert found["findings"][0]["zh"] == "最近的备份是 40 小时前的。"
    monkeypatch.setattr(settings, "MUSTER_SMS_URL", "")
    assert codes(facts.gather(world.now))["gateway_not_set_up"] == 1


def test_numbers_that_did_not_work_are_counted_until_they_do(world: World) -> None:
    alert = world.alert(3)
    from muster.apps.channels.models import OutMessage

    OutMessage.objects.filter(ref=f"alert:{alert.pk}").update(state="failed")
    assert codes(facts.gather(world.now))["undelivered"] == 1
    OutMessage.objects.filter(ref=f"alert:{alert.pk}").update(state="delivered")
    assert "undelivered" not in codes(facts.gather(world.now))


def test_an_incident_under_way_stands_there_with_those_taken_for_it(world: World) -> None:
    commit([world.member(3).pk], f"callout:{world.callout.pk}", world.now, False)
    (row,) = facts.gather(world.now)["incidents"]
    assert (row["title"], row["taken"], row["exercise"]) == ("变电站周边火灾", 1, False)


def test_long_lists_are_cut_to_what_a_page_bears_and_nothing_is_lost_silently(world: World) -> None:
    found = facts.gather(world.now)
    town = found["towns"][0]
    found["towns"] = [town | {"zh": f"镇{n}"} for n in range(40)]
    plan = found["plans"][0]
    found["plans"] = [plan | {"zh": f"预案{n}", "state": "green", "why": "", "alerts": 3} for n in range(30)]
    found["plans"].append(plan | {"zh": "最差", "state": "none"})
    one = found["capabilities"][0]
    found["capabilities"] = [one | {"en": f"c{n}", "ready": 100 - n, "need": 50} for n in range(40)]
    page = page_of(found, date(2026, 7, 14))
    assert FEWEST["towns"] <= len(page["towns"]) <= MOST["towns"]
    assert sum(row["n"][0] for row in page["towns"]) == 40 * town["enrolled"]
    assert FEWEST["plans"] <= len(page["plans"]) + 1 <= MOST["plans"]
    assert len(page["plans"]) + page["more_plans"] == 31
    assert page["plans"][0]["state"] == "none", "what is not well is never cut"
    shown = len(page["capabilities"])
    assert FEWEST["capabilities"] <= shown <= MOST["capabilities"]
    assert [row["ready"] for row in page["capabilities"]] == [100 - n for n in range(40 - shown, 40)]
