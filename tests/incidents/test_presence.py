"""Who comes, who is missing, who leaves: posts, early release, roll call, stand-down, and the journal that knows it all."""

from __future__ import annotations

from decimal import Decimal

import pytest

from muster.apps.channels.models import OutMessage
from muster.apps.incidents import actions, reads
from muster.apps.incidents.fold import coarse, fold
from muster.apps.service.models import Attendance, PastAlert
from muster.apps.service.reads import pay_lines
from muster.core.errors import Conflict, InvalidInput, NotAllowed
from muster.journal.models import Entry

pytestmark = pytest.mark.django_db


def code_of(error: pytest.ExceptionInfo) -> str:
    return error.value.code


def test_whoever_comes_gets_the_post_that_fills_most_and_is_counted_once(office):
    callout = office.opens()
    alerts = office.calls(callout)
    for alert in alerts:
        actions.check_in(office.duty, alert)
        actions.check_in(office.duty, alert)
    assert reads.needs_met_in_time(callout) == {1: 0, 2: 0, 3: 0}
    board = reads.board(callout, office.duty)
    assert [line.on_scene for line in board.lines] == [10, 2, 3]
    assert Attendance.objects.count() == len(alerts) == board.people.checked_in
    for alert in callout.alerts.exclude(post=None).select_related("post__capability"):
        assert alert.member.holdings.filter(capability=alert.post.capability).exists()


def test_after_its_due_time_a_line_is_a_fact_and_not_a_forecast(office):
    callout = office.opens()
    for alert in office.calls(callout):
        actions.check_in(office.duty, alert)
    office.clock.forward(61)
    actions.ask_again(office.duty, callout)
    run = office.solves(callout)
    assert (run.outcome, run.p_hat) == ("enough", 1.0)
    assert reads.board(callout, office.duty).verdict.measured


def test_a_passed_line_is_judged_by_the_best_matching_and_not_by_who_sat_where(office):
    callout = office.opens()
    alerts = office.calls(callout)
    for alert in alerts:
        actions.check_in(office.duty, alert)
    leaders = [a for a in alerts if a.member.holdings.filter(capability__slug="team_leader").exists()]
    callout.alerts.filter(pk__in=[a.pk for a in leaders]).update(post=callout.needs.get(order=1))
    office.clock.forward(41)
    actions.ask_again(office.duty, callout)
    run = office.solves(callout)
    assert {line["order"]: line["p"] for line in run.per_line}[2] == 1.0
    assert run.p_hat > 0.95


def test_a_line_that_missed_its_time_is_said_to_be_missed(office):
    callout = office.opens()
    office.calls(callout)
    office.clock.forward(50)
    run = office.solves(callout)
    assert run.p_hat == 0.0
    assert {line["order"] for line in run.per_line if line["p"] == 0.0} >= {2, 3}
    assert reads.needs_met_in_time(callout) == {1: 10, 2: 2, 3: 3}


def test_people_not_needed_are_released_early_and_still_paid_when_they_come(office):
    callout = office.opens()
    alerts = office.calls(callout)
    for alert in alerts:
        office.answers(alert, "accept", eta_minutes=20)
    run = office.solves(callout)
    assert run.releasable
    assert actions.release(office.commander, callout, run.releasable) == len(run.releasable)
    assert OutMessage.objects.filter(kind="release").count() == len(run.releasable)
    stubborn = callout.alerts.get(pk=run.releasable[0])
    actions.check_in(office.duty, stubborn)
    assert [line.amount for line in pay_lines(callout.ref)] == [Decimal(200)]
    after = office.solves(callout)
    assert after.p_low >= 0.95


def test_the_duty_officer_can_not_release_or_stand_down(office):
    callout = office.opens()
    office.calls(callout)
    with pytest.raises(NotAllowed):
        actions.release(office.duty, callout, [])
    with pytest.raises(NotAllowed):
        actions.stand_down(office.duty, callout)


def test_who_was_signed_out_and_is_back_is_here_again_and_keeps_his_arrival(office):
    callout = office.opens()
    alert = office.calls(callout)[0]
    actions.check_in(office.duty, alert)
    arrived = office.clock.at
    office.clock.forward(5)
    actions.leave(office.duty, callout, [alert.pk])
    actions.check_in(office.duty, alert)
    alert.refresh_from_db()
    assert (alert.state, alert.checked_in_at) == ("checked_in", arrived)
    assert Attendance.objects.get().ends_at is None
    assert len(pay_lines(callout.ref)) == 1


def test_people_who_leave_a_line_that_was_met_do_not_undo_it(office):
    callout = office.opens()
    for alert in office.calls(callout):
        actions.check_in(office.duty, alert)
    office.clock.forward(41)
    seated = list(callout.alerts.filter(post__order=2).values_list("pk", flat=True))
    actions.leave(office.duty, callout, seated)
    run = office.solves(callout)
    assert {line["order"]: line["p"] for line in run.per_line}[2] == 1.0
    assert run.p_hat > 0.95
    assert [line.on_scene for line in reads.board(callout, office.duty).lines][1] == 0


def test_messages_that_have_not_left_say_nothing_about_people(office):
    callout = office.opens()
    office.calls(callout)
    office.clock.forward(3)
    fresh = office.solves(callout)
    callout.alerts.update(sent_at=office.clock.at)
    office.clock.forward(8)
    waited = office.solves(callout)
    assert fresh.p_hat > waited.p_hat


def test_roll_call_names_the_missing_and_closing_waits_for_everybody(office):
    callout = office.opens()
    alerts = office.calls(callout)[:5]
    with pytest.raises(InvalidInput):
        actions.start_roll_call(office.duty, callout)
    for alert in alerts:
        actions.check_in(office.duty, alert)
    roll_call = actions.start_roll_call(office.duty, callout)
    assert actions.start_roll_call(office.duty, callout).pk == roll_call.pk
    actions.answer_roll_call(office.duty, roll_call, [a.pk for a in alerts[:4]])
    office.clock.forward(4)
    view = reads.roll_call_view(roll_call, office.clock.at)
    assert (view.answered, view.overdue, [m.alert_id for m in view.missing]) == (4, True, [alerts[4].pk])
    assert reads.board(callout, office.duty).people.unaccounted == 1
    actions.answer_roll_call(office.duty, roll_call, [alerts[4].pk], "accounted", "送医")
    actions.close_roll_call(office.duty, roll_call)
    with pytest.raises(Conflict):
        actions.answer_roll_call(office.duty, roll_call, [alerts[0].pk])


def test_stand_down_accounts_for_everybody_and_closing_is_refused_while_somebody_is_left(office):
    callout = office.opens()
    alerts = office.calls(callout)
    here, coming, late, silent = alerts[0], alerts[1], alerts[2], alerts[3]
    actions.check_in(office.duty, here)
    office.answers(coming, "accept", eta_minutes=120)
    office.answers(late, "accept", eta_minutes=10)
    office.clock.forward(30)
    actions.stand_down(office.commander, callout)
    states = dict(callout.alerts.values_list("pk", "state"))
    assert (states[coming.pk], states[late.pk], states[silent.pk]) == ("released", "no_show", "no_answer")
    with pytest.raises(Conflict) as refused:
        actions.close_incident(office.commander, callout.incident)
    assert (code_of(refused), refused.value.params["count"]) == ("incidents.people_unaccounted", 1)
    assert actions.leave(office.duty, callout, [here.pk]) == 1
    closed = actions.close_incident(office.commander, callout.incident)
    assert closed.state == "closed"
    actions.review_done(office.head, closed)
    lessons = {row.member_id: row.reply for row in PastAlert.objects.all()}
    assert lessons[here.member_id] == "accepted"
    assert lessons[silent.member_id] == "none"
    assert coming.member_id not in lessons


def test_the_journal_alone_tells_the_same_state_as_the_tables(office):
    callout = office.opens()
    alerts = office.calls(callout)
    for n, alert in enumerate(alerts):
        if n % 3:
            office.answers(alert, "accept" if n % 2 else "decline", eta_minutes=10 if n % 2 else None)
        if n % 4 == 0:
            actions.check_in(office.duty, alert)
    actions.stand_down(office.commander, callout)
    folded = fold(Entry.objects.filter(stream__name=callout.incident.stream).order_by("seq"))
    assert folded.incident == callout.incident.__class__.objects.get().state
    assert folded.over
    tables = {a.member.number: coarse(a.state) for a in callout.alerts.select_related("member")}
    assert folded.people == tables
