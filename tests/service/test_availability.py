"""Availability as members and officers enter it, as the planner hears it, and as the approval page says it aloud."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from muster.apps.desk.daily.facts import _groups as strength
from muster.apps.desk.quiet import quiet
from muster.apps.incidents.problem import problem_for
from muster.apps.people.actions import erase_member
from muster.apps.people.models import Member
from muster.apps.people.reads import member_arrays
from muster.apps.plans.proving import case_of
from muster.apps.plans.shipped import templates
from muster.apps.service.actions import RuleInput, leave_out_day, say_availability, take_back_availability
from muster.apps.service.models import AvailabilityRule
from muster.apps.service.reads import availability_at
from muster.core.errors import Conflict, InvalidInput, MusterError, NotAllowed, NotFound
from muster.journal.models import Entry
from tests.world import World

pytestmark = pytest.mark.django_db

TODAY = date(2026, 7, 14)  # a Tuesday, 14:20
AFTERNOON = {"from_minute": 13 * 60, "to_minute": 18 * 60}


def off_today(world: World, number: int, *, who: str = "duty_officer", **more: object) -> AvailabilityRule:
    given = {"state": "off", "starts_on": TODAY, "rrule": "FREQ=WEEKLY;BYDAY=TU", **AFTERNOON, **more}
    return say_availability(world.actor(who), world.member(number), RuleInput(**given))


def test_somebody_off_duty_is_not_proposed_and_is_counted_with_the_reason(world: World) -> None:
    callout = world.open_incident().callout
    off_today(world, 2, reason="work")
    off_today(world, 4)
    bundle = problem_for(callout, world.now)
    out = np.isin(bundle.member_ids, [world.member(2).pk, world.member(4).pk])
    assert not bundle.available[out].any()
    assert bundle.available[~out].any()
    assert {key: n for key, n in bundle.excluded.items() if key.startswith("off_duty")} == {
        "off_duty": 2, "off_duty:work": 1, "off_duty:": 1,
    }  # fmt: skip


def test_minutes_to_muster_move_the_arrival_by_just_so_much(world: World) -> None:
    callout = world.open_incident().callout
    before = problem_for(callout, world.now)
    off_today(world, 2, state="delayed", minutes=25)
    after = problem_for(callout, world.now)
    moved = after.problem.candidates.offset_minutes - before.problem.candidates.offset_minutes
    assert moved[before.member_ids == world.member(2).pk].tolist() == [25.0]
    assert moved.sum() == 25.0
    assert after.available.tolist() == before.available.tolist()


def test_a_word_makes_a_certificate_stale_and_a_word_for_another_day_does_not(world: World) -> None:
    callout = world.open_incident().callout
    hashes = [problem_for(callout, world.now).roster_hash]
    off_today(world, 2, rrule="FREQ=WEEKLY;BYDAY=WE")
    hashes.append(problem_for(callout, world.now).roster_hash)
    off_today(world, 2)
    hashes.append(problem_for(callout, world.now).roster_hash)
    assert hashes[0] == hashes[1] != hashes[2]


def test_somebody_called_already_stays_called_when_his_shift_begins(world: World) -> None:
    callout = world.callout
    off_today(world, 2)
    bundle = problem_for(callout, world.now)
    row = bundle.member_ids == world.member(2).pk
    assert bundle.problem.candidates.fixed[row].all()
    assert bundle.excluded["off_duty"] == 0


def test_the_plans_are_proved_with_those_who_can_be_called(world: World) -> None:
    template = templates()[0]
    before = case_of(template, world.now)
    off_today(world, 2)
    off_today(world, 4, state="delayed", minutes=30)
    after = case_of(template, world.now)
    assert before.problem.candidates.available.sum() - after.problem.candidates.available.sum() == 1
    assert (after.problem.candidates.offset_minutes - before.problem.candidates.offset_minutes).sum() == 30
    assert before.roster_hash != after.roster_hash


def test_an_exception_and_taking_back_end_it(world: World) -> None:
    ids = np.array(sorted(Member.objects.values_list("pk", flat=True)), np.int64)
    rule = off_today(world, 2)
    assert availability_at(ids, world.now).off.sum() == 1
    leave_out_day(world.actor("duty_officer"), rule, TODAY)
    assert availability_at(ids, world.now).off.sum() == 0
    assert availability_at(ids, world.now + timedelta(days=7)).off.sum() == 1
    take_back_availability(world.actor("duty_officer"), rule)
    assert availability_at(ids, world.now + timedelta(days=7)).off.sum() == 0
    for act in (
        lambda: take_back_availability(world.actor("duty_officer"), rule),
        lambda: leave_out_day(world.actor("duty_officer"), rule, TODAY),
    ):
        with pytest.raises(Conflict):
            act()
    acts = Entry.objects.filter(stream__name="service", action__startswith="availability.").order_by("seq")
    assert [entry.action for entry in acts] == [
        "availability.said", "availability.day_left_out", "availability.taken_back",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": "asleep"}, "service.availability_state"),
        ({"reason": "gossip"}, "service.availability_state"),
        ({"from_minute": 1440}, "service.availability_time"),
        ({"state": "delayed"}, "service.availability_minutes"),
        ({"rrule": "FREQ=MONTHLY"}, "recurrence.unknown"),
        ({"rrule": "FREQ=WEEKLY;BYDAY=MO;UNTIL=22000101"}, "recurrence.form"),
        ({"rrule": "", "starts_on": TODAY - timedelta(days=2)}, "service.availability_never"),
        ({"rrule": "FREQ=WEEKLY;BYDAY=MO;UNTIL=20260701", "starts_on": date(2026, 6, 1)}, "service.availability_never"),
        ({"rrule": "", "exceptions": (TODAY,)}, "service.availability_never"),
    ],
)
def test_what_makes_no_sense_is_refused(world: World, change: dict[str, object], code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        off_today(world, 2, **change)
    assert refused.value.code == code
    assert not AvailabilityRule.objects.exists()


def test_only_he_himself_and_who_is_charged_with_him_may_say_it(world: World) -> None:
    off_today(world, 1, who="member")
    off_today(world, 1, who="town_officer")
    for who, kind in (("other_town", NotFound), ("auditor", NotAllowed), ("village_lead", NotAllowed)):
        with pytest.raises(kind):
            off_today(world, 1, who=who)
    with pytest.raises(MusterError):
        off_today(world, 2, who="member")


def test_a_day_that_is_not_one_of_it_can_not_be_left_out(world: World) -> None:
    rule = off_today(world, 2)
    with pytest.raises(InvalidInput):
        leave_out_day(world.actor("duty_officer"), rule, TODAY + timedelta(days=1))


def test_nobody_enters_rules_without_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("muster.apps.service.actions.availability.MOST_RULES", 2)
    off_today(world, 2)
    off_today(world, 2)
    with pytest.raises(Conflict):
        off_today(world, 2)


def test_an_erasure_takes_the_timetable_too(world: World) -> None:
    off_today(world, 2)
    erase_member(world.actor("office_head"), world.member(2), "asked")
    assert not AvailabilityRule.objects.exists()


def test_a_plan_that_is_short_because_people_are_off_duty_says_so_before_anything_happens(world: World) -> None:
    before = quiet(world.actor("office_head"), world.now)
    for number in range(1, 31):
        off_today(world, number)
    after = quiet(world.actor("office_head"), world.now)
    assert (before.off, after.off) == (0, before.ready)
    assert after.ready == 0
    assert all(plan.short for plan in after.plans)
    people = member_arrays(world.now)
    assert strength(people, world.now)["ready"].sum() == 0
    assert b'data-testid="off-duty"' in world.client_of("office_head").get("/duty/").content


FORM = {
    "act": "say", "state": "off", "repeat": "1", "weekdays": ["1"], "starts_on": "2026-07-14", "from_time": "13:00",
    "to_time": "18:00", "reason": "work", "minutes": "", "until": "",
}  # fmt: skip


def test_a_member_enters_his_week_on_his_phone_and_takes_it_back(world: World) -> None:
    client = world.client_of("member")
    assert client.post("/me/availability/", FORM).status_code == 302
    page = client.get("/me/availability/").content.decode()
    assert "off duty, not called" in page
    assert "13:00–18:00" in page
    rule = AvailabilityRule.objects.get()
    client.post("/me/availability/", {"act": "leave-out", "rule": rule.pk, "day": "2026-07-14"})
    assert "Now: can be called" in client.get("/me/availability/").content.decode()
    client.post("/me/availability/", {"act": "take-back", "rule": rule.pk})
    assert "Nothing is entered" in client.get("/me/availability/").content.decode()


def test_an_officer_enters_it_for_somebody_without_a_telephone(world: World) -> None:
    client = world.client_of("duty_officer")
    assert client.post("/people/TY000008/availability/", FORM).status_code == 302
    assert AvailabilityRule.objects.get().member == world.member(8)
    assert world.client_of("other_town").get("/people/TY000001/availability/").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"state": "delayed"}, {"weekdays": []}, {"until": "2026-07-01"}, {"from_time": "25:00"}, {"starts_on": "0001-01-01"},
        {"repeat": "once", "starts_on": "2026-07-01"},
    ],
)  # fmt: skip
def test_a_form_that_is_refused_keeps_what_was_typed(world: World, change: dict[str, object]) -> None:
    answer = world.client_of("member").post("/me/availability/", FORM | change)
    assert answer.status_code == 422
    assert b'value="18:00"' in answer.content
    assert not AvailabilityRule.objects.exists()


@pytest.mark.parametrize("bad", [{"rule": "x"}, {"rule": "99999"}, {"rule": ""}])
def test_a_rule_that_is_not_his_is_not_found(world: World, bad: dict[str, str]) -> None:
    other = off_today(world, 2)
    client = world.client_of("member")
    for rule in (bad, {"rule": str(other.pk)}):
        assert client.post("/me/availability/", {"act": "take-back", **rule}).status_code == 404
    mine = off_today(world, 1)
    answer = client.post("/me/availability/", {"act": "leave-out", "rule": mine.pk, "day": "soon"})
    assert answer.status_code == 400


@pytest.mark.parametrize("week", ["2026-07-20", "nonsense", "9999-01-01"])
def test_any_week_may_be_asked_for(world: World, week: str) -> None:
    assert world.client_of("member").get(f"/me/availability/?week={week}").status_code == 200
