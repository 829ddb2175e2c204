"""Whole units called through their leads: chosen, certified, alerted, confirmed, replaced, and never called twice."""

from __future__ import annotations

import pytest

from muster.apps.channels.models import InMessage, OutMessage
from muster.apps.incidents import actions
from muster.apps.incidents.fold import coarse, fold
from muster.apps.incidents.led import group_of
from muster.apps.incidents.models import Alert, Callout, Reply
from muster.apps.people.models import Member, Unit
from muster.apps.plans.actions import TermsInput
from muster.core.errors import Conflict, InvalidInput, NotAllowed
from muster.journal.models import Entry

pytestmark = pytest.mark.django_db
UNITS = TermsInput("units", touch_cost=2.0, smallest_group=3, lead_minutes=5)


@pytest.fixture
def led(office):
    """The office with a lead in every village: the first member of each."""
    for unit in Unit.objects.filter(kind="village"):
        Member.objects.filter(pk=unit.members.order_by("pk").first().pk).update(is_lead=True)
    return office


def opened(office, terms=UNITS) -> Callout:
    return actions.set_calling(office.duty, office.opens(), terms)


def called(office, terms=UNITS) -> tuple[Callout, list[Alert]]:
    callout = opened(office, terms)
    office.calls(callout)
    return callout, list(
        callout.alerts.exclude(unit_called=None).select_related("member", "unit_called").order_by("pk")
    )


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
    assert callout.alerts.count() == len(leads) + callout.alerts.exclude(through=None).count()


def people_of(lead: Alert) -> list[Alert]:
    return list(lead.called_through.select_related("member").order_by("pk"))


def states(callout: Callout) -> dict[int, str]:
    return dict(callout.alerts.values_list("pk", "state"))


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


# --- a lead who is silent, and nobody called twice ------------------------------------------------------------


def test_people_of_a_silent_lead_get_messages_of_their_own_when_his_time_is_up_and_only_once(led):
    callout, leads = called(led)
    behind = callout.alerts.exclude(through=None).count()
    led.clock.forward(4.9)
    assert actions.call_people_of_silent_leads(led.clock.at) == 0
    led.clock.forward(0.2)
    assert actions.call_people_of_silent_leads(led.clock.at) == behind
    assert actions.call_people_of_silent_leads(led.clock.at) == 0
    messages = OutMessage.objects.filter(kind="alert")
    assert messages.count() == messages.values("member").distinct().count() == behind + len(leads)
    row = people_of(leads[0])[0]
    assert row.channel != "lead"
    assert row.alerted_at == led.clock.at
    assert "能来回1" in messages.get(ref=row.ref).body
    assert Entry.objects.filter(action="unit.called_directly").count() == len(leads)


def test_the_solve_lane_looks_after_silent_leads(led):
    callout, _leads = called(led)
    led.clock.forward(6)
    led.solves(callout)
    assert OutMessage.objects.filter(kind="alert").count() == callout.alerts.count()


@pytest.mark.parametrize("word", ["decline", "undelivered"])
def test_of_a_lead_who_can_not_come_or_be_reached_the_people_are_called_at_once(led, word):
    _callout, (lead, *_others) = called(led)
    if word == "decline":
        led.answers(lead, "decline")
    else:
        Alert.objects.filter(pk=lead.pk).update(state="undelivered")
    assert actions.call_people_of_silent_leads(led.clock.at) == len(people_of(lead))


def test_a_lead_who_only_says_that_he_comes_has_not_called_his_people(led):
    _callout, (lead, *_others) = called(led)
    led.answers(lead, "accept")
    assert actions.call_people_of_silent_leads(led.clock.at) == 0
    led.clock.forward(6)
    assert actions.call_people_of_silent_leads(led.clock.at) >= len(people_of(lead))


def test_who_has_answered_for_himself_is_not_called_again(led):
    _callout, (lead, *_others) = called(led)
    row = people_of(lead)[0]
    actions.record_reply_at_desk(led.commander, row, answer="accept")
    led.clock.forward(6)
    actions.call_people_of_silent_leads(led.clock.at)
    assert not OutMessage.objects.filter(ref=row.ref).exists()


def test_a_lead_who_confirms_late_still_counts_and_calls_nobody_twice(led):
    callout, (lead, *_others) = called(led)
    led.clock.forward(6)
    actions.call_people_of_silent_leads(led.clock.at)
    before = OutMessage.objects.count()
    actions.confirm_unit(led.commander, lead, number=len(people_of(lead)) + 1)
    assert {states(callout)[row.pk] for row in people_of(lead)} == {"accepted"}
    assert OutMessage.objects.count() == before


def test_after_the_end_nobody_is_called_and_those_whom_a_lead_may_have_called_are_told(led):
    callout, (lead, other, *_rest) = called(led)
    Alert.objects.filter(pk=lead.pk).update(state="notified", sent_at=led.clock.at)
    actions.stand_down(led.commander, callout)
    told = set(OutMessage.objects.filter(kind="stand_down").values_list("ref", flat=True))
    assert {row.ref for row in [lead, *people_of(lead)]} <= told
    assert not {row.ref for row in [other, *people_of(other)]} & told, "nobody has heard of it there"
    led.clock.forward(60)
    assert actions.call_people_of_silent_leads(led.clock.at) == 0
    with pytest.raises(Conflict) as refused:
        actions.confirm_unit(led.commander, lead, number=3)
    assert refused.value.code == "incidents.callout_over"


def test_a_lead_whom_people_wait_for_is_not_let_go_early(led):
    callout, leads = called(led)
    for lead in leads:
        led.answers(lead, "accept")
    for row in callout.alerts.exclude(through=None).exclude(through=leads[0]):
        actions.record_reply_at_desk(led.commander, row, answer="accept")
    run = led.solves(callout)
    assert leads[0].pk not in run.releasable


def test_a_lead_without_a_phone_stands_on_the_call_list_with_what_he_has_to_do(led):
    Member.objects.filter(is_lead=True).update(phone="", phone_index="")
    _callout, (lead, *_others) = called(led)
    message = OutMessage.objects.get(ref=lead.ref)
    assert message.state == "call_list"
    assert f"{len(people_of(lead)) + 1}人（含您）" in message.body


# --- texts from leads -----------------------------------------------------------------------------------------


def texts(lead: Alert, body: str) -> str:
    incoming = InMessage(gateway_id=body, member=lead.member, body=body, exercise=True, at=lead.alerted_at)
    return actions.take_text(incoming)


def test_a_lead_texts_how_many_come(led):
    callout, (lead, *_others) = called(led)
    group = people_of(lead)
    assert texts(lead, f"{len(group) + 1}人") == "reply"
    assert {states(callout)[row.pk] for row in group} == {"accepted"}
    assert Reply.objects.get(alert=lead).channel == "sms"


def test_a_lead_who_texts_more_than_he_has_is_told_so_once_and_stands_as_unclear(led):
    callout, (lead, *_others) = called(led)
    called_now = len(people_of(lead)) + 1
    assert texts(lead, f"{called_now + 4}人") == "unclear"
    assert texts(lead, f"来{called_now + 9}人") == "unclear"
    assert states(callout)[lead.pk] == "unclear"
    told = OutMessage.objects.get(kind="reminder")
    assert f"您报{called_now + 4}人，本队只叫了{called_now}人" in told.body
    assert told.body.startswith("【演练】")
    assert texts(lead, f"{called_now}人") == "reply"
    assert states(callout)[lead.pk] == "accepted"


def test_a_bare_digit_of_a_lead_is_his_own_answer(led):
    callout, (lead, *_others) = called(led)
    assert texts(lead, "1") == "reply"
    assert states(callout)[lead.pk] == "accepted"
    assert {states(callout)[row.pk] for row in people_of(lead)} == {"queued"}
    lead.refresh_from_db()
    assert lead.unit_said is None


def test_a_number_from_somebody_who_leads_nobody_is_no_count(led):
    callout, (lead, *_others) = called(led)
    row = people_of(lead)[0]
    assert texts(row, "6人") == "unclear"
    assert states(callout)[row.pk] == "unclear"


def test_state_is_what_the_journal_says_when_leads_confirm(led):
    callout, (lead, *_others) = called(led)
    group = people_of(lead)
    actions.confirm_unit(led.commander, lead, number=len(group) - 1, cannot=[group[0].pk])
    led.clock.forward(6)
    actions.call_people_of_silent_leads(led.clock.at)
    told = fold(Entry.objects.filter(stream__name=callout.incident.stream).order_by("seq"))
    rows = callout.alerts.select_related("member")
    assert told.people == {row.member.number: coarse(row.state) for row in rows}
