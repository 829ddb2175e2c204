"""People who can not say yet, who say nothing, and who said that they come and do not."""

from __future__ import annotations

import pytest

from muster.apps.channels.models import OutMessage
from muster.apps.incidents import actions
from muster.apps.incidents.actions.following import follow_up
from muster.apps.incidents.arriving_clock import overdue_minutes
from muster.apps.incidents.models import Alert
from muster.apps.incidents.problem import problem_for
from muster.apps.incidents.reads import alert_rows, board
from muster.apps.service.models import Commitment
from muster.codecs import sms
from muster.journal.models import Entry
from tests.incidents.conftest import Office

pytestmark = pytest.mark.django_db


def test_the_duty_page_counts_the_overdue_as_the_list_of_people_does(office: Office) -> None:
    callout = office.opens()
    alerts = office.calls(callout)
    office.answers(alerts[0], "accept", eta_minutes=15)
    office.answers(alerts[1], "accept")
    office.answers(alerts[2], "decline")
    for minutes in (0, 14, 3, 30, 240):
        office.clock.forward(minutes)
        rows = Alert.objects.filter(callout=callout).select_related("need", "callout__incident")
        late = sum(overdue_minutes(row, office.clock.at) > 0 for row in rows)
        callout.refresh_from_db()
        assert board(callout, office.duty).people.overdue == late
    assert late == 2


def read(alert: Alert) -> Alert:
    return Alert.objects.select_related("member", "need", "callout__incident").get(pk=alert.pk)


def reminders(alert: Alert) -> int:
    return OutMessage.objects.filter(ref=alert.ref, kind="reminder").count()


def test_who_can_not_say_yet_is_asked_once_more_after_the_set_minutes_and_not_again(office):
    first, *_ = office.calls(office.opens())
    office.answers(first, "unclear")
    office.clock.forward(9)
    assert follow_up(office.clock.at) == 0
    office.clock.forward(1)
    assert follow_up(office.clock.at) == 1
    office.clock.forward(60)
    follow_up(office.clock.at)
    assert reminders(first) == 1
    body = OutMessage.objects.get(ref=first.ref, kind="reminder").body
    assert body.startswith("【演练】")
    assert "回3" in body
    assert sms.length(body).parts <= 2
    assert Entry.objects.filter(action="alert.asked_again").count() == 1


def test_who_has_answered_meanwhile_is_left_alone(office):
    first, *_ = office.calls(office.opens())
    office.answers(first, "unclear")
    office.clock.forward(5)
    office.answers(first, "accept", eta_minutes=60)
    office.clock.forward(10)
    follow_up(office.clock.at)
    assert reminders(first) == 0


def test_silence_is_asked_again_only_where_the_office_wants_it(office, settings):
    alerts = office.calls(office.opens())
    Alert.objects.update(state="notified", channel="sms", sent_at=office.clock.at)
    office.clock.forward(20)
    assert follow_up(office.clock.at) == 0
    settings.MUSTER_SILENT_MINUTES = 15
    assert follow_up(office.clock.at) == len(alerts)
    assert follow_up(office.clock.at) == 0


def test_an_answer_ages_into_a_clock_and_then_into_a_no_show(office):
    callout = office.opens()
    first, *_ = office.calls(callout)
    office.answers(first, "accept", eta_minutes=30)
    office.clock.forward(29)
    assert overdue_minutes(read(first), office.clock.at) == 0
    office.clock.forward(7)
    assert overdue_minutes(read(first), office.clock.at) == 6
    row = next(row for row in alert_rows(callout, office.commander) if row.alert.pk == first.pk)
    assert row.overdue_minutes == 6
    office.clock.forward(23)
    assert follow_up(office.clock.at) == 0
    office.clock.forward(1)
    assert follow_up(office.clock.at) == 1
    assert read(first).state == "no_show"
    assert overdue_minutes(read(first), office.clock.at) == 0
    assert not Commitment.objects.filter(member=first.member, ends_at=None).exists()


def test_a_no_show_is_out_of_the_count_and_never_called_again_for_it(office):
    callout = office.opens()
    first, *_ = office.calls(callout)
    office.answers(first, "accept", eta_minutes=0)
    office.clock.forward(31)
    follow_up(office.clock.at)
    bundle = problem_for(callout, office.clock.at)
    row = bundle.member_ids == first.member_id
    assert not bundle.problem.candidates.fixed[row].any()
    assert not bundle.available[row].any()


def test_by_the_automatic_policy_a_no_show_is_replaced_and_only_once(office):
    callout = office.opens()
    actions.set_policy(office.commander, callout, "automatic")
    alerts = office.calls(callout)
    for alert in alerts:
        office.answers(alert, "accept", eta_minutes=5)
    office.solves(callout)
    before = callout.alerts.count()
    office.clock.forward(20)
    for alert in alerts[3:]:
        actions.check_in(office.duty, read(alert), "muster")
    office.clock.forward(16)
    while follow_up(office.clock.at):
        pass
    assert callout.alerts.filter(state="no_show").count() == 3
    office.solves(callout)
    assert callout.alerts.count() <= before + 3


def test_who_comes_late_or_calls_after_all_counts_again(office):
    callout = office.opens()
    first, second, *_ = office.calls(callout)
    for alert in (first, second):
        office.answers(alert, "accept", eta_minutes=0)
    office.clock.forward(31)
    assert follow_up(office.clock.at) == 2
    office.answers(first, "unclear")
    assert first.state == "no_show"
    office.answers(first, "accept", eta_minutes=10)
    assert first.state == "accepted"
    actions.check_in(office.duty, second, "muster")
    assert read(second).state == "checked_in"


def test_who_was_given_up_is_told_at_the_stand_down_like_the_others(office):
    callout = office.opens()
    first, *_ = office.calls(callout)
    office.answers(first, "accept", eta_minutes=0)
    office.clock.forward(31)
    follow_up(office.clock.at)
    callout.refresh_from_db()
    actions.stand_down(office.commander, callout)
    assert OutMessage.objects.filter(ref=first.ref, kind="stand_down").count() == 1


def test_a_reply_to_one_callout_and_not_saying_yet_does_not_undo_a_refusal(office):
    first, *_ = office.calls(office.opens())
    office.answers(first, "decline")
    office.answers(first, "unclear")
    assert first.state == "declined"
