"""Whole units called through their leads: chosen, certified, alerted, confirmed, replaced, and never called twice."""

from __future__ import annotations

from collections import Counter

import pytest

from muster.apps.channels.models import OutMessage
from muster.apps.incidents import actions
from muster.apps.incidents.led import group_of
from muster.apps.incidents.models import Reply
from muster.apps.people.models import Member
from muster.apps.plans.actions import TermsInput
from muster.core.errors import Conflict, InvalidInput, NotAllowed
from tests.incidents.units_cast import called, opened, people_of, states

pytestmark = pytest.mark.django_db


def test_whole_units_are_proposed_each_with_its_lead_and_certified(led):
    callout = opened(led)
    run = led.solves(callout)
    assert (run.outcome, callout.state) == ("plan", "recommended")
    assert run.proposed_p_low >= callout.target
    members = {m.pk: m for m in Member.objects.filter(pk__in=[pk for pk, _ in run.proposal])}
    units = {m.unit_id for m in members.values()}
    assert {group["unit"] for group in run.groups} == units
    for group in run.groups:
        own = [m for m in members.values() if m.unit_id == group["unit"]]
        assert group["people"] == len(own) >= 3
        assert members[group["lead"]].is_lead
        assert members[group["lead"]].unit_id == group["unit"]


def test_only_the_lead_gets_a_message_and_everybody_of_his_stands_on_the_list(led):
    callout, leads = called(led)
    assert leads
    assert OutMessage.objects.filter(kind="alert").count() == len(leads)
    for lead in leads:
        behind = list(lead.called_through.select_related("member"))
        assert behind
        assert all(row.member.unit_id == lead.unit_called_id and row.channel == "lead" for row in behind)
        body = OutMessage.objects.get(ref=lead.ref).body
        assert f"{lead.unit_called.name}{len(behind) + 1}人" in body
        wanted = Counter(row.need.capability.zh for row in [lead, *behind] if row.need is not None)
        assert all(f"{post}{count}" in body for post, count in wanted.items())
    assert callout.alerts.count() == len(leads) + callout.alerts.exclude(through=None).count()


def test_the_price_of_cohesion_is_the_alerts_of_a_plan_made_person_by_person(led):
    callout = opened(led)
    run = led.solves(callout)
    price = run.certificate["cohesion"]
    alone = led.solves(actions.set_calling(led.duty, callout, TermsInput("individuals")))
    assert alone.groups == []
    assert "cohesion" not in alone.certificate
    assert price["holds"] is True
    assert price["p_low"] >= callout.target
    # another moment's seed, so another search: the same promise with about as many alerts
    assert abs(price["alerts"] - len(alone.proposal)) <= 3
    assert len(run.proposal) >= price["alerts"]


def test_who_leads_and_who_serves_where_is_part_of_what_was_certified(led):
    callout = opened(led)
    run = led.solves(callout)
    other = Member.objects.exclude(pk=run.groups[0]["lead"]).filter(unit=run.groups[0]["unit"]).first()
    other.is_lead = True
    other.save()
    with pytest.raises(Conflict) as refused:
        actions.approve(led.commander, callout, run.pk)
    assert refused.value.code == "incidents.certificate_stale"


def test_units_without_a_lead_can_not_be_called_and_the_answer_says_that_people_are_short(office):
    callout = opened(office)
    run = office.solves(callout)
    assert run.outcome == "shortfall"
    assert run.groups == []
    assert run.certificate["cohesion"]["holds"] is True, "called one by one they would be enough"


def test_the_terms_come_from_the_plan_and_a_changed_way_of_calling_is_not_pre_authorised(led):
    led.plan.calling, led.plan.smallest_group, led.plan.pre_authorised_at = "units", 4, led.clock.at
    led.plan.save()
    callout = led.opens()
    assert (callout.calling, callout.smallest_group) == ("units", 4)
    run = led.solves(callout)
    assert run.groups
    actions.set_calling(led.duty, callout, TermsInput("units", smallest_group=2))
    run = led.solves(callout)
    with pytest.raises(NotAllowed):
        actions.approve(led.duty, callout, run.pk)
    actions.set_calling(led.duty, callout, TermsInput("units", smallest_group=4))
    run = led.solves(callout)
    assert actions.approve(led.duty, callout, run.pk).alerts.exclude(unit_called=None).exists()


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (TermsInput("by_drum"), "plans.calling"),
        (TermsInput("units", touch_cost=-1), "plans.touch_cost"),
        (TermsInput("units", touch_cost=float("nan")), "plans.touch_cost"),
        (TermsInput("units", smallest_group=0), "plans.smallest_group"),
        (TermsInput("units", lead_minutes=0), "plans.lead_minutes"),
    ],
)
def test_terms_that_make_no_sense_are_refused(led, terms, code):
    with pytest.raises(InvalidInput) as refused:
        actions.set_calling(led.duty, led.opens(), terms)
    assert refused.value.code == code


def test_after_approval_the_way_of_calling_stays(led):
    callout, _leads = called(led)
    with pytest.raises(Conflict) as refused:
        actions.set_calling(led.duty, callout, TermsInput("individuals"))
    assert refused.value.code == "incidents.already_approved"


def test_a_lead_who_brings_everybody_has_accepted_for_each_of_them_by_name(led):
    callout, (lead, *_others) = called(led)
    group = people_of(lead)
    actions.confirm_unit(led.commander, lead, number=len(group) + 1)
    assert {states(callout)[row.pk] for row in [lead, *group]} == {"accepted"}
    channels = {row.alert_id: row.channel for row in Reply.objects.all()}
    assert channels[lead.pk] == "desk"
    assert {channels[row.pk] for row in group} == {"lead"}
    lead.refresh_from_db()
    assert lead.unit_said == len(group) + 1


def test_six_of_nine_with_the_three_named_are_six_yes_and_three_no(led):
    callout, (lead, *_others) = called(led)
    group = people_of(lead)
    cannot = {row.pk for row in group[:2]}
    actions.confirm_unit(led.commander, lead, number=len(group) + 1 - 2, cannot=cannot)
    found = states(callout)
    assert {found[pk] for pk in cannot} == {"declined"}
    assert {found[row.pk] for row in [lead, *group] if row.pk not in cannot} == {"accepted"}


def test_the_number_alone_answers_for_the_lead_and_leaves_the_names_open(led):
    callout, (lead, *_others) = called(led)
    group = people_of(lead)
    before = len(group) + 1
    found = actions.confirm_unit(led.commander, lead, number=before - 2)
    assert states(callout)[lead.pk] == "accepted"
    assert {states(callout)[row.pk] for row in group} == {"queued"}
    assert (found.called, found.coming, found.unnamed) == (before, 1, before - 3)
    led.clock.forward(60)
    assert actions.call_people_of_silent_leads(led.clock.at) == sum(len(people_of(one)) for one in _others)
    assert not OutMessage.objects.filter(ref__in=[row.ref for row in group]).exists(), "their lead has called them"


def test_names_given_later_fill_the_number(led):
    _callout, (lead, *_others) = called(led)
    group = people_of(lead)
    actions.confirm_unit(led.commander, lead, number=len(group) - 1)  # two of them do not come
    led.clock.forward(1)
    actions.record_reply_at_desk(led.commander, group[0], answer="decline")
    assert group_of(lead).unnamed == len(group) - 2
    actions.record_reply_at_desk(led.commander, group[1], answer="accept")
    assert group_of(lead).unnamed == len(group) - 3
    actions.record_reply_at_desk(led.commander, group[1], answer="decline")
    assert group_of(lead).unnamed == len(group) - 3, "he was one of those who come: one less comes"
    actions.confirm_unit(led.commander, lead, number=len(group) - 1, cannot=[group[0].pk, group[1].pk])
    assert group_of(lead).open == []


@pytest.mark.parametrize(
    ("more", "named", "code"),
    [(1, 0, "incidents.unit_too_many"), (0, 1, "incidents.unit_names_differ"), (-99, 0, "incidents.unit_too_few")],
)
def test_numbers_that_can_not_be_right_are_refused_and_nothing_is_noted(led, more, named, code):
    callout, (lead, *_others) = called(led)
    group = people_of(lead)
    actions.record_reply_at_desk(led.commander, group[-1], answer="accept")
    actions.record_reply_at_desk(led.commander, group[-2], answer="accept")
    before, kept = states(callout), Reply.objects.count()
    with pytest.raises(InvalidInput) as refused:
        actions.confirm_unit(
            led.commander, lead, number=max(1, len(group) + 1 + more), cannot=[row.pk for row in group[:named]]
        )
    assert refused.value.code == code
    assert states(callout) == before
    assert Reply.objects.count() == kept
    lead.refresh_from_db()
    assert lead.unit_said is None


def test_names_of_another_unit_and_units_of_another_town_are_refused(led):
    _callout, (lead, other, *_rest) = called(led)
    with pytest.raises(InvalidInput) as refused:
        actions.confirm_unit(led.commander, lead, number=3, cannot=[people_of(other)[0].pk])
    assert refused.value.code == "incidents.unit_not_his"
    mine = {one.member.unit.path.startswith(led.town_officer.unit_path): one for one in (lead, other, *_rest)}
    actions.confirm_unit(led.town_officer, mine[True], number=3)
    with pytest.raises(NotAllowed):
        actions.confirm_unit(led.town_officer, mine[False], number=3)


def test_those_who_can_not_come_are_replaced_like_for_like_in_person(led):
    callout, leads = called(led, TermsInput("units", touch_cost=30.0, smallest_group=3))
    for lead in leads:
        group = people_of(lead)
        actions.confirm_unit(led.commander, lead, number=1, cannot=[row.pk for row in group])
    run = led.solves(callout)
    assert run.p_low < callout.target
    assert run.proposal
    wave = actions.approve(led.commander, callout, run.pk)
    assert wave.origin == "replacement"
    fresh = list(wave.alerts.all())
    assert all(row.through_id is None and row.unit_called_id is None for row in fresh)
    assert OutMessage.objects.filter(ref__in=[row.ref for row in fresh], kind="alert").count() == len(fresh)
    assert callout.alerts.values("member").distinct().count() == callout.alerts.count()


def test_a_confirmed_number_moves_the_chance_as_far_as_it_tells(led):
    callout, leads = called(led)
    unsure = led.solves(callout).p_hat
    for lead in leads:
        actions.confirm_unit(led.commander, lead, number=len(people_of(lead)) + 1)
    sure = led.solves(callout).p_hat
    assert sure > unsure
    assert sure > 0.97
