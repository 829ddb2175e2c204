"""The readiness board and the page of one proof: green, red and unproved, who may read names, and what is supposed."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from muster.apps.desk.readiness import drawing
from muster.apps.desk.readiness.reads import Point, board
from muster.apps.maps.models import RoadNetwork
from muster.apps.people.models import Holding
from muster.apps.plans import actions
from muster.apps.plans import jobs as lane
from muster.apps.plans.actions.checks import ask_about
from muster.apps.plans.books import books_at
from muster.apps.plans.jobs import check_step
from muster.apps.plans.models import CheckState, LossTest, PlanCheck, PlanNeed
from muster.apps.plans.proof import all_templates
from muster.apps.plans.whatif import Change, counted, solved
from muster.core.errors import Conflict
from muster.jobs import clock
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lane._losses, "next_look", float("-inf"))
    monkeypatch.setattr(lane._losses, "given_up", set())


def needs(world: World, *lines: tuple[str, int, int], target: float = 0.8) -> None:
    """The world's plan asks for this and no more."""
    PlanNeed.objects.filter(plan=world.plan).delete()
    for order, (slug, people, minutes) in enumerate(lines, start=1):
        PlanNeed.objects.create(
            plan=world.plan, order=order, capability=world.capabilities[slug], people=people, due_minutes=minutes
        )
    type(world.plan).objects.filter(pk=world.plan.pk).update(target=target)
    world.plan.refresh_from_db()


def prove(world: World) -> None:
    ask_about(world.actor("office_head"), all_templates())
    while check_step(lambda: False):
        pass


def page(world: World, who: str = "office_head", path: str = "", language: str = "en") -> str:
    answer = world.client_of(who, language=language).get(f"/readiness/{path}")
    assert answer.status_code == 200
    return answer.content.decode()


def state_of(world: World) -> tuple[str, str]:
    (row,) = board(clock.now())
    return row.state, row.why


# ---- the board


def test_a_plan_is_green_only_with_a_certificate_younger_than_a_day(world: World, at) -> None:
    needs(world, ("general_rescue", 3, 120))
    assert state_of(world) == ("none", "never")
    ask_about(world.actor("office_head"), all_templates())
    assert state_of(world) == ("none", "waiting")
    assert 'data-working="yes"' in page(world)
    while check_step(lambda: False):
        pass
    assert state_of(world) == ("green", "")
    assert 'data-working="no"' in page(world)
    at("2026-07-15 14:19")
    assert state_of(world) == ("green", "")
    at("2026-07-15 14:20")
    assert state_of(world) == ("none", "old")
    assert "older than a day" in page(world)


def test_a_plan_that_was_changed_after_its_proof_is_not_green(world: World, at) -> None:
    needs(world, ("general_rescue", 3, 120))
    prove(world)
    type(world.plan).objects.filter(pk=world.plan.pk).update(changed_at=world.now + timedelta(minutes=1))
    at("2026-07-14 14:25")
    assert state_of(world) == ("none", "changed")


def test_beside_a_red_plan_stand_the_reason_and_the_cheapest_repair(world: World) -> None:
    ends = world.now.date() - timedelta(days=9)
    for number in range(1, 21):
        Holding.objects.update_or_create(
            member=world.member(number), capability=world.capabilities["boat_crew"],
            defaults={"number": "N1", "valid_to": ends},
        )  # fmt: skip
    needs(world, ("boat_crew", 5, 120))
    prove(world)
    assert state_of(world) == ("red", "")
    read = page(world)
    row = read[read.index('data-state="red"') :]
    assert re.search(r"short of \d+ Rescue boat crew within 120 minutes", row) or "short of" in row
    check = PlanCheck.objects.latest("pk")
    cheapest = check.result["repairs"][0]
    assert cheapest["kind"] == "renew"
    assert "certificates:" in row
    plan = page(world, path=f"plan-{world.plan.pk}/")
    assert "Who: " in plan


def test_in_chinese_nothing_is_english(world: World) -> None:
    needs(world, ("boat_crew", 9, 60))
    prove(world)
    for path in ("", f"plan-{world.plan.pk}/", "what-if/"):
        main = page(world, path=path, language="zh-hans").split('<main id="main"')[1]
        assert "就绪" in main or "预案" in main
        assert not re.search(r">[^<]*\b(plans?|certificate|holds?)\b", main)


def test_certificates_that_will_break_a_plan_are_announced(world: World) -> None:
    for number in range(1, 21):
        Holding.objects.update_or_create(
            member=world.member(number), capability=world.capabilities["boat_crew"],
            defaults={"number": "N1", "valid_to": world.now.date() + timedelta(days=9)},
        )  # fmt: skip
    needs(world, ("boat_crew", 5, 120))
    prove(world)
    assert "it no longer holds, because certificates run out" in page(world)
    plan = page(world, path=f"plan-{world.plan.pk}/")
    assert "What keeps it:" in plan


def test_the_curve_keeps_the_newest_answer_of_each_day(world: World, at) -> None:
    needs(world, ("general_rescue", 3, 120))
    for moment in ("2026-07-14 14:20", "2026-07-14 18:00", "2026-07-15 03:10", "2026-07-16 03:10"):
        at(moment)
        prove(world)
    (row,) = board(clock.now())
    assert [point.day.day for point in row.history] == [14, 15, 16]
    read = page(world, path=f"plan-{world.plan.pk}/")
    assert read.count('class="dot-ok"') == 3


def test_shipped_plans_stand_on_the_board_of_an_office_without_its_own(world: World) -> None:
    actions.retire(world.actor("office_head"), world.plan)
    assert {row.shown.template.slug for row in board(world.now)} >= {"flood", "fire"}
    assert page(world, path="flood/")
    assert world.client_of("office_head").get("/readiness/siege/").status_code == 404


def test_asking_again_is_for_those_who_write_plans(world: World) -> None:
    head = world.client_of("office_head")
    assert head.post("/readiness/ask/").status_code == 302
    assert PlanCheck.objects.filter(state=CheckState.WANTED).count() == 1
    answer = head.post("/readiness/ask/", {"template": f"plan-{world.plan.pk}"})
    assert answer["Location"] == f"/readiness/plan-{world.plan.pk}/"
    assert PlanCheck.objects.count() == 1
    assert world.client_of("auditor").post("/readiness/ask/").status_code == 403
    assert "Prove all now" not in page(world, "auditor")


# ---- losses


def _lossy(world: World) -> LossTest:
    """Three of all, and the only two medics who may be called."""
    needs(world, ("general_rescue", 4, 120), ("uas_pilot", 1, 120), target=0.55)
    prove(world)
    return LossTest.objects.get()


def test_a_plan_that_holds_is_tested_for_every_single_loss(world: World) -> None:
    test = _lossy(world)
    assert PlanCheck.objects.get().outcome == "holds"
    kinds = {one["kind"] for one in test.result["losses"]}
    assert {"member", "village", "town", "channel"} <= kinds
    pilot = next(one for one in test.result["losses"] if one["kind"] == "member" and one["verdict"] == "breaks")
    assert int(pilot["key"]) == world.member(13).pk
    assert pilot["rest"] == 0.0
    rest = [one["rest"] for one in test.result["losses"] if one["verdict"] == "breaks"]
    assert rest == sorted(rest)
    assert test.breaking == len(rest)
    for one in test.result["losses"]:
        assert 0 <= one["left"] <= test.result["left"]
        assert one["rest"] <= test.result["rest"]


def test_a_loss_test_is_made_once_and_not_of_books_that_moved_on(world: World) -> None:
    _lossy(world)
    check = PlanCheck.objects.get()
    assert lane.acts.keep_losses(check, {"losses": []}, 0.0) is None
    Holding.objects.filter(member=world.member(3)).delete()
    assert lane.loss_test(all_templates()[0], check) is None


def test_whom_the_district_can_not_lose_is_named_to_those_with_the_right_only(world: World) -> None:
    _lossy(world)
    path, name = f"plan-{world.plan.pk}/", world.member(13).name
    assert f">{name}</a>" in page(world, "office_head", path)
    hidden = page(world, "depot_keeper", path)
    assert world.member(13).number not in hidden
    assert 'data-kind="member"' not in hidden
    assert "1 member whom nobody replaces is not named here" in hidden
    assert 'data-kind="town"' in hidden


def test_a_callout_comes_before_a_loss_test(world: World) -> None:
    needs(world, ("general_rescue", 4, 120))
    ask_about(world.actor("office_head"), all_templates())
    assert check_step(lambda: False)
    assert check_step(lambda: False)
    assert not check_step(lambda: True)
    assert not LossTest.objects.exists()
    assert check_step(lambda: False)
    assert LossTest.objects.exists()


# ---- what if


def test_ready_on_a_day_ahead_counts_certificates_as_on_that_day(world: World) -> None:
    for number in range(1, 21):
        Holding.objects.update_or_create(
            member=world.member(number), capability=world.capabilities["boat_crew"],
            defaults={"number": "N1", "valid_to": world.now.date() + timedelta(days=40)},
        )  # fmt: skip
    needs(world, ("boat_crew", 4, 120))
    client = world.client_of("office_head")
    near, far = ((world.now + timedelta(days=days)).date().isoformat() for days in (30, 60))
    for plan in ("all", f"plan-{world.plan.pk}"):
        holds = [
            re.search(
                r'data-holds="(\w+)"', client.get("/readiness/what-if/", {"plan": plan, "on": day}).content.decode()
            )
            for day in (near, far)
        ]
        assert [found and found.group(1) for found in holds] == ["yes", "no"]


def test_people_who_are_added_make_a_plan_hold(world: World) -> None:
    needs(world, ("boat_crew", 5, 120))
    books = books_at(world.now)
    assert books is not None
    (one,) = counted(all_templates(), books, Change(people=20, capability="boat_crew"))
    assert (one.held, one.holds) == (False, True)
    certified = solved(all_templates()[0], books, Change(people=20, capability="boat_crew"))
    assert (certified.held, certified.holds, certified.certified) == (False, True, True)
    assert certified.called_after is not None


def test_a_muster_point_at_the_end_of_the_world_breaks_its_plan(world: World) -> None:
    needs(world, ("general_rescue", 10, 45))
    letters = [point.letter for point in world.plan.muster_points.all()]
    world.plan.muster_points.set(world.muster_points[:1])
    books = books_at(world.now)
    assert books is not None
    assert letters
    (one,) = counted(all_templates(), books, Change(point="A", place=(115.5, 29.9)))
    assert (one.held, one.holds) == (True, False)
    (same,) = counted(all_templates(), books, Change())
    assert same.before == same.after


def test_certificates_that_run_out_never_raise_a_chance(world: World) -> None:
    """The same people have the same luck before and after, so that nothing but the loss is seen."""
    for number in range(1, 21):
        Holding.objects.update_or_create(
            member=world.member(number), capability=world.capabilities["boat_crew"],
            defaults={"number": "N1", "valid_to": world.now.date() + timedelta(days=5 * number)},
        )  # fmt: skip
    needs(world, ("boat_crew", 6, 90), ("general_rescue", 4, 90))
    books = books_at(world.now)
    assert books is not None
    shares = [
        counted(all_templates(), books, Change(on=world.now + timedelta(days=days)))[0] for days in range(0, 100, 12)
    ]
    after = [one.after for one in shares]
    assert len({one.before for one in shares}) == 1
    assert after[0] == shares[0].before
    assert after == sorted(after, reverse=True)
    assert after[-1] < after[0]


@pytest.mark.parametrize(
    "asked",
    [
        {"on": "2020-01-01"}, {"people": "5"}, {"people": "-1"}, {"people": "100000", "capability": "medic"}, {"point": "A"},
        {"plan": "plan-x"}, {"bridge": "99999"}, {"on": "31.02.2027"}, {"on": "9999-99-99"},
    ],
)  # fmt: skip
def test_what_can_not_be_supposed_is_said_and_nothing_is_lost(world: World, asked: dict[str, str]) -> None:
    answer = world.client_of("office_head").get("/readiness/what-if/", {"plan": "all", **asked})
    assert answer.status_code == 422
    assert "errorlist" in answer.content.decode()


def test_two_places_for_a_depot_are_compared_by_the_ways_of_trucks(world: World) -> None:
    assert not RoadNetwork.objects.exists()  # by distance
    town = world.units["T2"]
    given = {"first": f"site-{world.site.pk}", "second": f"unit-{town.pk}"}
    read = world.client_of("office_head").get("/readiness/what-if/", given).content.decode()
    assert 'data-testid="depot"' in read
    assert "Mean, minutes" in read
    assert world.client_of("office_head").get("/readiness/what-if/", {"first": "x"}).status_code == 422


def test_nobody_on_the_books_is_said(world: World) -> None:
    from muster.apps.people.models import Member

    Member.objects.all().delete()
    read = world.client_of("office_head").get("/readiness/what-if/", {"plan": "all"}).content.decode()
    assert "Nobody is on the books." in read


# ---- drawing


def test_curves_stay_in_their_frame_and_rise_with_the_chance() -> None:
    from datetime import date

    points = [Point(date(2026, 7, day), 0.9 + day / 1000, holds=True) for day in range(1, 31)]
    made = drawing.history(points, 0.95)
    assert made is not None
    assert [dot.y for dot in made.dots] == sorted((dot.y for dot in made.dots), reverse=True)
    assert all(made.left <= dot.x <= made.edge and 0 <= dot.y <= made.floor for dot in made.dots)
    assert len(made.days) == 6
    assert drawing.spark(points[:1], 0.95) is None
    assert drawing.history([], 0.95) is None
    assert drawing.gauge(None, 0.95) == (0.0, 114.0)


def test_a_loss_test_can_not_be_changed_in_the_database(world: World) -> None:
    from django.db import DatabaseError, connection, transaction

    _lossy(world)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE plans_losstest SET breaking = 0")
    with pytest.raises(Conflict):
        PlanCheck.objects.get().save()
