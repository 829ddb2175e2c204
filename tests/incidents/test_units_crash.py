"""Nobody gets two different alerts of one callout, whatever dies or happens at once while leads are waited for."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from django.db import connection

from muster.apps.channels.actions import claim_batch
from muster.apps.channels.models import OutMessage
from muster.apps.incidents import actions
from muster.apps.incidents.actions import alerting
from muster.apps.incidents.models import Alert
from muster.core.errors import Conflict
from tests.incidents.units_cast import UNITS, called, people_of, states


class Died(Exception):
    """The process is gone."""


def said_to_each() -> dict[int, set[str]]:
    """Member -> the different alerts he was or will be told."""
    found: dict[int, set[str]] = {}
    for message in OutMessage.objects.filter(kind="alert"):
        found.setdefault(message.member_id, set()).add(message.body)
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("after", [0, 1, 5])
def test_a_lane_that_dies_while_it_calls_the_people_of_a_silent_lead_has_called_none_of_them(led, monkeypatch, after):
    callout, leads = called(led)
    led.clock.forward(6)
    before, left, really = OutMessage.objects.count(), after, alerting.queue_message

    def dying(**facts):
        nonlocal left
        if not left:
            raise Died
        left -= 1
        return really(**facts)

    monkeypatch.setattr(alerting, "queue_message", dying)
    with pytest.raises(Died):
        actions.call_people_of_silent_leads(led.clock.at)
    sizes = [len(people_of(lead)) for lead in leads]
    whole = sum(size for place, size in enumerate(sizes) if sum(sizes[: place + 1]) <= after)
    assert OutMessage.objects.count() == before + whole, "whole units before it, nobody of the one it was at"
    assert callout.alerts.exclude(through=None).filter(channel="lead").count() == sum(sizes) - whole
    monkeypatch.setattr(alerting, "queue_message", really)
    assert actions.call_people_of_silent_leads(led.clock.at) == sum(sizes) - whole
    assert set(map(len, said_to_each().values())) == {1}
    assert len(said_to_each()) == callout.alerts.count()


@pytest.mark.django_db
def test_an_approval_that_dies_between_the_lead_and_his_people_has_alerted_nobody(led, monkeypatch):
    callout = actions.set_calling(led.duty, led.opens(), UNITS)
    run, really, left = led.solves(callout), Alert.save, 4

    def dying(alert, **how):
        nonlocal left
        left -= 1
        if not left:
            raise Died
        really(alert, **how)

    monkeypatch.setattr(Alert, "save", dying)
    with pytest.raises(Died):
        actions.approve(led.commander, callout, run.pk)
    monkeypatch.setattr(Alert, "save", really)
    assert Alert.objects.count() == OutMessage.objects.count() == 0
    actions.approve(led.commander, callout, run.pk)
    assert Alert.objects.count() == len(run.proposal)
    assert set(map(len, said_to_each().values())) == {1}


@pytest.mark.django_db(transaction=True)
def test_two_lanes_and_a_lead_who_confirms_at_the_last_moment_call_nobody_twice(led):
    callout, leads = called(led)
    led.clock.forward(6)
    lead, people = leads[0], people_of(leads[0])
    start, counts = threading.Barrier(3), []

    def lane() -> None:
        try:
            start.wait(timeout=10)
            counts.append(actions.call_people_of_silent_leads(led.clock.at))
        finally:
            connection.close()

    def confirms() -> None:
        try:
            start.wait(timeout=10)
            actions.confirm_unit(led.commander, lead, number=len(people) + 1)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for work in (lane, lane, confirms)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    others = sum(len(people_of(one)) for one in leads[1:])
    assert sum(counts) in {others, others + len(people)}, "his people were called by him or, all of them, themselves"
    assert {states(callout)[row.pk] for row in [lead, *people]} == {"accepted"}
    assert set(Counter(OutMessage.objects.filter(kind="alert").values_list("member", flat=True)).values()) == {1}


@pytest.mark.django_db
def test_what_the_sender_holds_already_goes_on_when_the_lead_confirms_and_is_never_written_anew(led, settings):
    settings.MUSTER_EXERCISE_SMS_URL = "http://exercise.test"
    _callout, (lead, *_others) = called(led)
    led.clock.forward(6)
    actions.call_people_of_silent_leads(led.clock.at)
    claim_batch(8)
    before = said_to_each()
    actions.confirm_unit(led.commander, lead, number=len(people_of(lead)) + 1)
    assert actions.call_people_of_silent_leads(led.clock.at) == 0
    assert said_to_each() == before


@pytest.mark.django_db
def test_a_lead_is_called_once_however_often_his_unit_is_proposed(led):
    callout, _leads = called(led)
    first = callout.waves.get().solve_run
    with pytest.raises(Conflict):
        actions.approve(led.commander, callout, first.pk)
    assert set(map(len, said_to_each().values())) == {1}
