"""Whether shipped plans hold: the problem they are, answers that are certified, what mends them, and who goes first."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from muster.apps.people.models import Holding, Member, Unit
from muster.apps.plans import actions, proving, shipped
from muster.apps.plans.actions import checks as checks_kept
from muster.apps.plans.checks import books_moved, books_seq, newest_checks, open_checks
from muster.apps.plans.jobs import check_step
from muster.apps.plans.models import CheckState, MusterPoint, Plan, PlanCheck
from muster.apps.plans.shipped import Template, TemplateNeed, template, templates
from muster.core.errors import Conflict, NotAllowed, NotFound
from muster.planning.solve import SolveTimeout
from tests.world import World

pytestmark = pytest.mark.django_db


def asking(*needs: tuple[str, int, int], target: float = 0.8) -> Template:
    lines = tuple(TemplateNeed(*need) for need in needs)
    return Template("own", "试", "Try", "natural.flood", target, "", lines)


def test_what_is_shipped_can_be_asked_and_stored(world: World):
    slugs = set(world.capabilities)
    kinds = {kind for kind, _ in Plan._meta.get_field("kind").choices}
    assert len({one.slug for one in templates()}) == len(templates()) == 6
    for one in templates():
        assert {need.capability for need in one.needs} <= slugs
        assert one.kind in kinds
        assert 0.5 <= one.target <= 0.999
        assert one.zh
        assert one.en
    with pytest.raises(NotFound):
        template("siege")


def test_a_plan_that_holds_is_certified_and_says_who_would_be_called(world: World):
    said = proving.answer(asking(("general_rescue", 3, 120)), world.now)
    assert said.outcome == "holds"
    assert said.p_low >= 0.8
    assert set(said.result["alert"]) <= {member.pk for member in world.members}
    assert said.result["certificate"]["turnouts"] == 20_000


def test_same_books_and_moment_give_the_same_answer(world: World):
    asked = asking(("fire_support", 3, 60), ("medic", 1, 60))
    assert proving.answer(asked, world.now) == proving.answer(asked, world.now)


def test_nobody_on_the_books_is_an_answer_too(world: World):
    Member.objects.all().delete()
    assert proving.answer(templates()[0], world.now).outcome == "nobody"


def lapse(world: World, slug: str, numbers: range, ends) -> None:
    for number in numbers:
        Holding.objects.update_or_create(
            member=world.member(number),
            capability=world.capabilities[slug],
            defaults={"number": "N1", "valid_to": ends},
        )


def test_a_shortfall_that_renewed_certificates_mend_names_them(world: World):
    lapse(world, "boat_crew", range(1, 21), world.now.date() - timedelta(days=9))
    asked = asking(("boat_crew", 5, 120), target=0.8)
    said = proving.answer(asked, world.now)
    assert said.outcome == "short"
    found = proving.mend(asked, world.now, said.result, said.roster_hash)
    renewal = next(repair for repair in found["repairs"] if repair["kind"] == "renew")
    ids = {world.member(number).pk for number in range(1, 21)}
    assert renewal["p_low"] >= 0.8
    assert {pk for pk, _ in renewal["holdings"]} <= ids
    assert {slug for _, slug in renewal["holdings"]} == {"boat_crew"}
    assert renewal["people"] == len(renewal["holdings"]) < 20
    for pk, slug in renewal["holdings"]:  # do what it says: then the plan holds
        Holding.objects.filter(member=pk, capability__slug=slug).update(valid_to=None)
    assert proving.answer(asked, world.now).outcome == "holds"


def test_a_plan_that_will_fail_because_certificates_run_out_says_so_in_time(world: World):
    lapse(world, "boat_crew", range(1, 21), world.now.date() + timedelta(days=9))
    asked = asking(("boat_crew", 5, 120), target=0.8)
    said = proving.answer(asked, world.now)
    assert said.outcome == "holds"
    later = proving.mend(asked, world.now, said.result, said.roster_hash)["later"]
    assert later["holds"] is False
    assert later["renewal"]["p_low"] >= 0.8


def test_a_plan_that_goes_on_holding_says_that(world: World):
    asked = asking(("general_rescue", 3, 120))
    said = proving.answer(asked, world.now)
    assert proving.mend(asked, world.now, said.result, said.roster_hash) == {"later": {"holds": True, "days": 30}}


def test_repairs_are_not_sought_for_books_that_have_moved(world: World):
    asked = asking(("boat_crew", 9, 60))
    said = proving.answer(asked, world.now)
    Holding.objects.filter(member=world.member(5)).delete()
    assert proving.mend(asked, world.now, said.result, said.roster_hash) == {"moved": True}


# ---- where people muster


def test_the_districts_own_muster_points_are_used(world: World):
    said = proving.answer(asking(("general_rescue", 3, 120)), world.now)
    assert [(point["letter"], point["assumed"]) for point in said.result["points"]] == [("A", False), ("B", False)]


def _without_points(world: World) -> None:
    Plan.objects.all().delete()
    MusterPoint.objects.all().delete()


def test_without_any_one_town_seat_is_assumed_and_said_to_be(world: World):
    _without_points(world)
    said = proving.answer(asking(("general_rescue", 3, 120)), world.now)
    (point,) = said.result["points"]
    assert point["assumed"]
    assert point["zh"] in {"栗雨街道", "泰山街道"}


def test_the_seat_of_a_town_without_a_place_is_the_middle_of_its_homes(world: World):
    from muster.apps.people.reads import member_arrays

    _without_points(world)
    Unit.objects.filter(kind="town").update(lon=None, lat=None)
    arrays = member_arrays(world.now)
    (spot,) = shipped.spots(arrays)
    medians = [
        (np.median(arrays.lon[arrays.town == town]), np.median(arrays.lat[arrays.town == town])) for town in (0, 1)
    ]
    assert (spot.lon, spot.lat) in [pytest.approx(pair) for pair in medians]


def test_without_any_home_everybody_is_taken_as_far_out(world: World):
    _without_points(world)
    Unit.objects.update(lon=None, lat=None)
    Member.objects.update(lon=None, lat=None)
    said = proving.answer(asking(("general_rescue", 3, 240)), world.now)
    assert said.result["points"] == []
    assert said.outcome == "holds"
    with pytest.raises(Conflict):
        actions.adopt_template(world.actor("office_head"), "flood")


# ---- asking, and who goes first


def test_each_shipped_plan_is_asked_once_while_it_waits(world: World):
    head = world.actor("office_head")
    assert actions.ask_checks(head) == 6
    assert actions.ask_checks(head) == 0
    with pytest.raises(NotAllowed):
        actions.ask_checks(world.actor("auditor"))


def test_all_are_answered_before_repairs_are_sought(world: World):
    actions.ask_checks(world.actor("office_head"))
    for _ in range(6):
        assert check_step(lambda: False)
    assert {row.state for row in PlanCheck.objects.all()} <= {CheckState.ANSWERED, CheckState.DONE}
    while check_step(lambda: False):
        pass
    assert not open_checks()
    assert all(one.check is not None for one in newest_checks())


def test_a_callout_comes_first_and_the_check_is_done_afterwards(world: World):
    _enough(world)
    actions.ask_checks(world.actor("office_head"))
    assert not check_step(lambda: True)
    assert PlanCheck.objects.filter(state=CheckState.WANTED).count() == 6
    assert check_step(lambda: False)


def test_a_check_that_takes_too_long_is_given_up_and_said_to_be(world: World, monkeypatch: pytest.MonkeyPatch):
    _enough(world)
    monkeypatch.setattr("muster.apps.plans.jobs.MOST_SECONDS", -1.0)
    actions.ask_checks(world.actor("office_head"))
    assert check_step(lambda: False)
    row = PlanCheck.objects.get(state=CheckState.DONE)
    assert (row.outcome, row.result["error"]) == ("failed", "plans.check_too_long")


def test_a_check_of_a_plan_that_is_shipped_no_more_does_not_stop_the_others(world: World):
    actions.ask_checks(world.actor("office_head"))
    PlanCheck.objects.filter(template="flood").update(template="siege")
    while check_step(lambda: False):
        pass
    assert PlanCheck.objects.get(template="siege").outcome == "failed"
    assert PlanCheck.objects.filter(outcome="short").count() == 5


def test_nothing_is_answered_before_anybody_is_on_the_books(world: World):
    actions.ask_checks(world.actor("office_head"))
    Member.objects.all().delete()
    assert not check_step(lambda: False)


def test_an_answer_is_kept_once(world: World):
    actions.ask_checks(world.actor("office_head"))
    check_step(lambda: False)
    row = PlanCheck.objects.exclude(state=CheckState.WANTED).get()
    said = proving.answer(template(row.template), row.at)
    assert not checks_kept.store_answer(row, said, 0.0)
    assert checks_kept.store_repairs(row, {"repairs": []})
    assert not checks_kept.store_repairs(row, {"repairs": [1]})


def test_the_planner_stops_when_it_is_told_to(world: World):
    with pytest.raises(SolveTimeout):
        proving.answer(asking(("general_rescue", 3, 120)), world.now, lambda: True)


def test_answers_are_old_after_a_change_of_people_but_not_after_a_look_at_a_number(world: World):
    from muster.apps.people.actions import set_holding, unmask

    head, seq = world.actor("office_head"), books_seq()
    unmask(head, world.member(2), "phone", "call back")
    assert not books_moved(seq)
    set_holding(
        head, world.member(2), capability=world.capabilities["comms"], number="", valid_from=None, valid_to=None
    )
    assert books_moved(seq)


# ---- taking over


def _enough(world: World) -> None:
    """Everybody can do everything, and everybody a hundred times."""
    people = [
        Member(number=f"X{n:05d}", name="某", unit=world.units["V11"], home_unit=world.units["V11"]) for n in range(400)
    ]
    Member.objects.bulk_create(people)
    Holding.objects.bulk_create(
        Holding(member=member, capability=one, number="N") for member in people for one in world.capabilities.values()
    )


def test_a_shipped_plan_becomes_a_plan_of_the_office_with_the_assumed_point_entered(world: World):
    _without_points(world)
    _enough(world)
    plan = actions.adopt_template(world.actor("office_head"), "search")
    assert (plan.zh, plan.pre_authorised_at) == (template("search").zh, None)
    assert plan.needs.count() == len(template("search").needs)
    assert list(plan.muster_points.values_list("letter", flat=True)) == ["A"]
    with pytest.raises(Conflict):
        actions.adopt_template(world.actor("office_head"), "search")
    assert next(one for one in newest_checks() if one.template.slug == "search").adopted == plan


def test_the_districts_points_are_taken_where_it_has_some(world: World):
    _enough(world)
    plan = actions.adopt_template(world.actor("office_head"), "search")
    assert plan.muster_points.count() == 2
