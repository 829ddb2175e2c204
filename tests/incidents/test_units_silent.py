"""Leads who are silent, leads who text, and what becomes of their people: nobody is called twice or forgotten."""

from __future__ import annotations

import pytest

from muster.apps.channels.models import InMessage, OutMessage
from muster.apps.incidents import actions
from muster.apps.incidents.actions import units
from muster.apps.incidents.fold import coarse, fold
from muster.apps.incidents.led import group_of, said_shares
from muster.apps.incidents.models import Alert, Reply
from muster.apps.people.models import Member
from muster.core.errors import Conflict
from muster.journal.models import Entry
from tests.incidents.units_cast import called, people_of, states

pytestmark = pytest.mark.django_db


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


def drops_out(led, lead: Alert, word: str) -> None:
    if word == "by desk":
        actions.record_reply_at_desk(led.commander, lead, answer="decline")
    elif word == "by text":
        assert texts(lead, "2 摔伤了") == "reply"
    elif word == "on his page":
        actions.record_reply(lead, answer="decline", channel="page", by="member:x")
    elif word == "undelivered":
        Alert.objects.filter(pk=lead.pk).update(state="undelivered")
    else:
        Alert.objects.filter(pk=lead.pk).update(state="released", released_at=led.clock.at)


@pytest.mark.parametrize("word", ["by desk", "by text", "on his page", "undelivered", "released"])
def test_of_a_lead_who_drops_out_after_his_number_the_people_are_called_at_once_and_once(led, word):
    callout, (lead, *_others) = called(led)
    group = people_of(lead)
    actions.confirm_unit(led.commander, lead, number=len(group) - 1)  # the names stay open
    assert actions.call_people_of_silent_leads(led.clock.at) == 0
    drops_out(led, lead, word)
    assert actions.call_people_of_silent_leads(led.clock.at) == len(group)
    assert actions.call_people_of_silent_leads(led.clock.at) == 0
    assert OutMessage.objects.filter(kind="alert", ref__in=[row.ref for row in group]).count() == len(group)
    assert not said_shares(callout.alerts.all()), "his number tells nothing any more"


def test_who_comes_by_the_word_of_a_lead_who_drops_out_is_called_and_who_said_so_himself_is_not(led):
    callout, (lead, *_others) = called(led)
    group = people_of(lead)
    actions.record_reply_at_desk(led.commander, group[0], answer="accept")
    actions.confirm_unit(led.commander, lead, number=len(group), cannot=[group[1].pk])
    drops_out(led, lead, "by text")
    assert actions.call_people_of_silent_leads(led.clock.at) == len(group) - 2
    refs = set(
        OutMessage.objects.filter(kind="alert", ref__in=[row.ref for row in group]).values_list("ref", flat=True)
    )
    assert refs == {row.ref for row in group[2:]}
    assert {states(callout)[row.pk] for row in group[2:]} == {"accepted"}
    assert actions.call_people_of_silent_leads(led.clock.at) == 0


def test_a_lead_who_can_not_come_himself_and_says_how_many_do_has_called_them(led):
    _callout, (lead, *_others) = called(led)
    group = people_of(lead)
    actions.confirm_unit(led.commander, lead, number=len(group) - 1, cannot=[lead.pk])
    assert texts(lead, "2") == "reply"
    lead.refresh_from_db()
    assert (lead.state, lead.unit_said) == ("declined", len(group) - 1)
    assert actions.call_people_of_silent_leads(led.clock.at) == 0


def test_while_leads_have_time_or_have_given_their_numbers_no_callout_is_locked(led, monkeypatch):
    _callout, (lead, *_others) = called(led)
    actions.confirm_unit(led.commander, lead, number=len(people_of(lead)))
    row = people_of(_others[0])[0]
    actions.record_reply_at_desk(led.commander, row, answer="accept")
    locked, really = [], units.lock
    monkeypatch.setattr(units, "lock", lambda pk: locked.append(pk) or really(pk))
    assert actions.call_people_of_silent_leads(led.clock.at) == 0
    assert locked == []
    led.clock.forward(6)
    assert actions.call_people_of_silent_leads(led.clock.at) > 0
    assert len(locked) == len(_others)
    assert actions.call_people_of_silent_leads(led.clock.at) == 0
    assert len(locked) == len(_others)


def test_one_unit_that_can_not_be_called_holds_up_neither_the_others_nor_the_lane(led, monkeypatch):
    callout, (lead, *others) = called(led)
    led.clock.forward(6)
    bad, really = {row.pk for row in people_of(lead)}, units.call_himself

    def failing(row, at):
        if row.pk in bad:
            raise Conflict("incidents.callout_over")
        really(row, at)

    monkeypatch.setattr(units, "call_himself", failing)
    assert actions.call_people_of_silent_leads(led.clock.at) == sum(len(people_of(one)) for one in others)
    led.solves(callout)
    assert {row.channel for row in people_of(lead)} == {"lead"}
    monkeypatch.setattr(units, "call_himself", really)
    assert actions.call_people_of_silent_leads(led.clock.at) == len(bad)


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


@pytest.mark.parametrize("fewer", [0, 1, 3])
def test_a_number_by_text_answers_for_the_lead_alone_and_the_others_are_as_likely_as_it_says(led, fewer):
    callout, (lead, *_others) = called(led)
    group = people_of(lead)
    assert texts(lead, f"{len(group) + 1 - fewer}人") == "reply"
    assert states(callout)[lead.pk] == "accepted"
    assert {states(callout)[row.pk] for row in group} == {"queued"}
    assert [reply.channel for reply in Reply.objects.all()] == ["sms"]
    shares = said_shares(callout.alerts.all())
    assert [shares[row.member_id][0] for row in group] == pytest.approx(
        [(len(group) - fewer) / len(group)] * len(group)
    )
    led.clock.forward(60)
    actions.call_people_of_silent_leads(led.clock.at)
    assert {row.channel for row in people_of(lead)} == {"lead"}, "he has called them"


def test_a_lead_who_texts_that_he_comes_alone_has_refused_for_nobody(led):
    callout, (lead, *_others) = called(led)
    assert texts(lead, "1人") == "reply"
    assert {states(callout)[row.pk] for row in people_of(lead)} == {"queued"}
    assert {said_shares(callout.alerts.all())[row.member_id][0] for row in people_of(lead)} == {0.0}


def test_what_was_texted_is_named_over_the_list_of_names(led):
    callout, (lead, *_others) = called(led)
    group = people_of(lead)
    texts(lead, f"{len(group) + 1}人")
    assert group_of(lead).unnamed == len(group)
    actions.confirm_unit(led.commander, lead, number=len(group), cannot=[group[0].pk])
    found = states(callout)
    assert found[group[0].pk] == "declined"
    assert {found[row.pk] for row in group[1:]} == {"accepted"}


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


@pytest.mark.parametrize("words", ["收到，{}人", "{}人能来", "1 {}人", "我们{}个人"])
def test_a_lead_writes_as_people_write(led, words):
    _callout, (lead, *_others) = called(led)
    assert texts(lead, words.format(len(people_of(lead)))) == "reply"
    lead.refresh_from_db()
    assert (lead.state, lead.unit_said) == ("accepted", len(people_of(lead)))
    assert not OutMessage.objects.filter(kind="reminder").exists()


@pytest.mark.parametrize("body", ["六人", "5人或6人", "我再看看"])
def test_a_lead_whose_text_can_not_be_read_is_asked_once_to_write_it_again(led, body):
    callout, (lead, *_others) = called(led)
    assert texts(lead, body) == "unclear"
    assert texts(lead, body + "！") == "unclear"
    assert states(callout)[lead.pk] == "unclear"
    assert (
        f"没看懂您的回复，未登记。来几人回几人，如{len(people_of(lead)) + 1}人"
        in OutMessage.objects.get(kind="reminder").body
    )


def test_a_lead_who_has_given_his_number_is_not_asked_again_for_a_word_of_thanks(led):
    _callout, (lead, *_others) = called(led)
    assert texts(lead, f"{len(people_of(lead))}人") == "reply"
    assert texts(lead, "辛苦了") == "unclear"
    assert not OutMessage.objects.filter(kind="reminder").exists()


def test_who_leads_nobody_is_not_asked_again(led):
    _callout, (lead, *_others) = called(led)
    assert texts(people_of(lead)[0], "我再看看") == "unclear"
    assert not OutMessage.objects.filter(kind="reminder").exists()


def test_a_lead_who_says_fewer_than_have_said_themselves_that_they_come_is_told_so(led):
    _callout, (lead, *_others) = called(led)
    actions.record_reply_at_desk(led.commander, people_of(lead)[0], answer="accept")
    assert texts(lead, "1人") == "unclear"
    assert "您报1人，与已知答复不符" in OutMessage.objects.get(kind="reminder").body


def test_nobody_comes_is_the_refusal_of_the_lead_alone_and_his_people_are_called_themselves(led):
    callout, (lead, *_others) = called(led)
    group = people_of(lead)
    assert texts(lead, "0人") == "reply"
    assert states(callout)[lead.pk] == "declined"
    assert {states(callout)[row.pk] for row in group} == {"queued"}
    assert not Reply.objects.filter(alert__in=group).exists(), "nothing is learned of them as a refusal"
    assert actions.call_people_of_silent_leads(led.clock.at) == len(group)
    assert OutMessage.objects.filter(kind="alert", ref__in=[row.ref for row in group]).count() == len(group)


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
