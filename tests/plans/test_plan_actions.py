"""Plans: what may stand in one, what a change does to its pre-authorisation, which one is proposed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.apps.people.models import Holding
from muster.apps.plans import actions, reads
from muster.apps.plans.actions import PlanInput, PlanNeedInput
from muster.apps.plans.models import Plan, Site
from muster.core.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed, NotFound
from muster.jobs import clock
from muster.journal.models import Entry
from tests.callout_pages.cast import NOON


def given_plan(district, **changes) -> PlanInput:
    plan = PlanInput(
        zh="洪涝抢险", en="Flood", kind="natural.flood", target=0.95, policy="propose",
        muster_points=district.points[:1],
        needs=[PlanNeedInput(district.skills["medic"], 4, 45), PlanNeedInput(district.skills["fire_support"], 20, 60)],
    )  # fmt: skip
    return replace(plan, **changes)


def code_of(error) -> str:
    return error.value.code


def test_a_written_plan_keeps_the_order_of_its_lines_and_is_journaled(district):
    plan = actions.write_plan(district.actors["duty_officer"], given_plan(district))
    lines = list(plan.needs.values_list("order", "capability__slug", "people", "due_minutes"))
    assert lines == [(1, "medic", 4, 45), (2, "fire_support", 20, 60)]
    entry = Entry.objects.get(stream__name="plans", action="plan.written")
    assert entry.actor == district.actors["duty_officer"].ref
    assert entry.payload["needs"] == [["medic", 4, 45], ["fire_support", 20, 60]]


@pytest.mark.parametrize("role", ["town_officer", "auditor", "member", "system_admin"])
def test_who_may_not_write_plans_is_refused_and_nothing_is_kept(district, role):
    with pytest.raises(NotAllowed):
        actions.write_plan(district.actors[role], given_plan(district))
    assert Plan.objects.filter(kind="natural.flood").count() == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"zh": "  "}, "plans.title_blank"),
        ({"target": 0.49}, "plans.target"),
        ({"target": 1.0}, "plans.target"),
        ({"muster_points": []}, "plans.no_muster_point"),
        ({"needs": []}, "plans.need_lines"),
    ],
)
def test_nonsense_is_refused_with_its_own_code(district, changes, code):
    with pytest.raises(InvalidInput) as error:
        actions.write_plan(district.actors["office_head"], given_plan(district, **changes))
    assert code_of(error) == code


@pytest.mark.parametrize(
    ("slug", "people", "due", "code"),
    [
        ("medic", 0, 45, "plans.need_people"),
        ("medic", 5001, 45, "plans.need_people"),
        ("medic", 3, 0, "plans.need_due"),
        ("medic", 3, 7 * 24 * 60 + 1, "plans.need_due"),
        ("boat_crew", 1, 45, "plans.need_nobody"),
        ("uas_pilot", 10, 45, "plans.need_too_many"),
    ],
)
def test_a_need_that_nobody_can_ever_fill_is_refused(district, slug, people, due, code):
    needs = [PlanNeedInput(district.skills[slug], people, due)]
    with pytest.raises(InvalidInput) as error:
        actions.write_plan(district.actors["office_head"], given_plan(district, needs=needs))
    assert code_of(error) == code


def test_a_lapsed_certificate_does_not_count_as_a_holder(district):
    """Ten members hold the drone certificate, one of them only until last year."""
    assert Holding.objects.filter(capability=district.skills["uas_pilot"]).count() == 10
    assert reads.holder_counts(NOON)[district.skills["uas_pilot"].pk] == 9
    assert reads.holder_counts(NOON - timedelta(days=200))[district.skills["uas_pilot"].pk] == 10


def test_only_the_office_head_pre_authorises(district):
    with pytest.raises(NotAllowed):
        actions.pre_authorise(district.actors["commander"], district.plan)
    plan = actions.pre_authorise(district.actors["office_head"], district.plan)
    assert (plan.pre_authorised_by, plan.pre_authorised_at) == ("贺知远", NOON)


def test_pre_authorising_twice_keeps_the_first_name_and_time(district, noon):
    actions.pre_authorise(district.actors["office_head"], district.plan)
    noon.shift(3600)
    plan = actions.pre_authorise(district.actors["office_head"], district.plan)
    assert plan.pre_authorised_at == NOON
    assert Entry.objects.filter(action="plan.pre_authorised").count() == 1


def same(district) -> PlanInput:
    """What the district's own plan says."""
    plan = district.plan
    return PlanInput(
        zh=plan.zh, en=plan.en, kind=plan.kind, site=plan.site, target=plan.target, policy=plan.policy,
        muster_points=list(plan.muster_points.all()),
        needs=[PlanNeedInput(n.capability, n.people, n.due_minutes) for n in plan.needs.select_related("capability")],
    )  # fmt: skip


def test_a_change_of_words_keeps_the_pre_authorisation(district):
    actions.pre_authorise(district.actors["office_head"], district.plan)
    plan = actions.write_plan(
        district.actors["duty_officer"], replace(same(district), zh="新名", note="新"), plan=district.plan
    )
    assert plan.pre_authorised_at == NOON


@pytest.mark.parametrize(
    "change", ["people", "due", "fewer_lines", "target", "policy", "kind", "site", "muster_points"]
)
def test_any_change_of_the_promise_takes_the_pre_authorisation_away(district, change):
    actions.pre_authorise(district.actors["office_head"], district.plan)
    data = same(district)
    first = data.needs[0]
    changed = {
        "people": {"needs": [replace(first, people=first.people + 1), *data.needs[1:]]},
        "due": {"needs": [replace(first, due_minutes=first.due_minutes - 1), *data.needs[1:]]},
        "fewer_lines": {"needs": data.needs[:2]},
        "target": {"target": 0.8},
        "policy": {"policy": "automatic"},
        "kind": {"kind": "other"},
        "site": {"site": None},
        "muster_points": {"muster_points": district.points[:1]},
    }[change]
    plan = actions.write_plan(district.actors["duty_officer"], replace(data, **changed), plan=district.plan)
    assert (plan.pre_authorised_by, plan.pre_authorised_at) == ("", None)


def test_the_head_can_take_it_back_and_doing_so_twice_is_harmless(district):
    head = district.actors["office_head"]
    actions.pre_authorise(head, district.plan)
    actions.withdraw_pre_authorisation(head, district.plan)
    plan = actions.withdraw_pre_authorisation(head, district.plan)
    assert plan.pre_authorised_at is None
    assert Entry.objects.filter(action="plan.authority_withdrawn").count() == 1


def test_who_looked_at_an_older_version_is_stopped_from_overwriting_or_authorising_it(district, noon):
    seen = district.plan.changed_at
    noon.shift(60)
    actions.write_plan(district.actors["commander"], replace(same(district), target=0.8), plan=district.plan, seen=seen)
    with pytest.raises(Conflict) as error:
        actions.write_plan(district.actors["duty_officer"], same(district), plan=district.plan, seen=seen)
    assert code_of(error) == "plans.changed_meanwhile"
    with pytest.raises(Conflict):
        actions.pre_authorise(district.actors["office_head"], district.plan, seen=seen)
    assert Plan.objects.get(pk=district.plan.pk).target == 0.8


def test_a_copy_has_the_same_content_but_no_authority(district):
    actions.pre_authorise(district.actors["office_head"], district.plan)
    twin = actions.copy_plan(district.actors["duty_officer"], district.plan, zh="副本")
    assert twin.pre_authorised_at is None
    assert list(twin.needs.values_list("order", "capability", "people", "due_minutes")) == list(
        district.plan.needs.values_list("order", "capability", "people", "due_minutes")
    )
    assert set(twin.muster_points.all()) == set(district.points)
    with pytest.raises(InvalidInput):
        actions.copy_plan(district.actors["duty_officer"], district.plan, zh=" ")


def test_a_retired_plan_is_out_of_force_and_cannot_be_changed_but_copied(district):
    head = district.actors["office_head"]
    actions.pre_authorise(head, district.plan)
    plan = actions.retire(head, district.plan)
    assert (plan.retired_at, plan.pre_authorised_at) == (NOON, None)
    assert reads.matching_plan("accident.fire", district.site) is None
    assert [row.plan.pk for row in reads.plan_rows(retired=True)] == [plan.pk]
    for act in (
        lambda: actions.write_plan(head, same(district), plan=plan),
        lambda: actions.pre_authorise(head, plan),
        lambda: actions.retire(head, plan),
    ):
        with pytest.raises(IllegalTransition):
            act()
    assert actions.copy_plan(head, plan, zh="再用").retired_at is None


def test_an_unknown_plan_is_not_found(district):
    with pytest.raises(NotFound):
        reads.plan_by_id(10**9)


def make(kind: str, site: Site | None, minutes: int = 0, authorised: bool = False) -> Plan:
    at = clock.now() + timedelta(minutes=minutes)
    return Plan.objects.create(
        zh="x", kind=kind, site=site, changed_at=at, pre_authorised_at=at if authorised else None
    )


def test_the_plan_of_the_site_is_proposed_before_a_general_one_and_never_one_of_another_site(district):
    general = make("accident.fire", None, minutes=60, authorised=True)
    other = Site.objects.create(slug="depot", zh="粮库", en="Grain depot", lon=113.1, lat=27.7)
    assert reads.matching_plan("accident.fire", district.site) == district.plan
    assert reads.matching_plan("accident.fire", other) == general
    assert reads.matching_plan("accident.fire", None) == general
    general.delete()
    assert reads.matching_plan("accident.fire", other) is None


@given(st.lists(st.tuples(st.integers(0, 500), st.booleans()), min_size=1, max_size=6, unique_by=lambda p: p[0]))
def test_among_equals_the_pre_authorised_one_wins_then_the_newest(ages):
    """Against a rule written down independently: sort by (authorised, age)."""
    rows = [Plan(pk=n, zh="x", kind="k", changed_at=NOON + timedelta(minutes=m), pre_authorised_at=NOON if a else None)
            for n, (m, a) in enumerate(ages, start=1)]  # fmt: skip
    wanted = sorted(zip(ages, rows, strict=True), key=lambda pair: (pair[0][1], pair[0][0]))[-1][1]
    assert max(rows, key=reads._fitness) is wanted


def test_the_list_sums_posts_and_tells_the_latest_minute(district):
    (row,) = reads.plan_rows()
    assert (row.posts, row.latest_minutes, len(row.lines)) == (17, 60, 3)
    make("other", None)
    assert {(r.posts, r.latest_minutes) for r in reads.plan_rows()} == {(17, 60), (0, 0)}
