"""A check-in that was a mistake is taken back: as if it had not been, but for the journal."""

from __future__ import annotations

import pytest
from django.forms.models import model_to_dict

from muster.apps.channels.models import OutMessage
from muster.apps.incidents import actions, reads
from muster.apps.incidents.fold import coarse, fold
from muster.apps.incidents.models import Alert, CheckIn
from muster.apps.service.models import Attendance, Commitment
from muster.apps.service.reads import pay_lines
from muster.core.errors import Conflict, NotAllowed
from muster.journal.models import Entry

pytestmark = pytest.mark.django_db


def code_of(error: pytest.ExceptionInfo) -> str:
    return error.value.code


def rows_of(callout) -> list[dict[str, object]]:
    return [model_to_dict(alert) for alert in callout.alerts.order_by("pk")]


def counted(callout) -> tuple[list[object], int, list[int]]:
    """What is paid, person-days and distinct commitments still open."""
    paid = [(line.member.pk, line.days, line.amount) for line in pay_lines(callout.ref)]
    taken = Commitment.objects.filter(ref=callout.ref, ends_at=None).values_list("member", flat=True)
    return paid, Attendance.objects.filter(ref=callout.ref).count(), sorted(taken)


def journal_agrees(callout) -> bool:
    folded = fold(Entry.objects.filter(stream__name=callout.incident.stream).order_by("seq"))
    return folded.people == {a.member.number: coarse(a.state) for a in callout.alerts.select_related("member")}


ANSWERS = {
    "silent": [], "accepted": ["accept"], "on the way": ["accept", "en_route"], "declined": ["decline"],
    "withdrawn": ["accept", "decline"], "unclear": ["unclear"],
}  # fmt: skip


@pytest.mark.parametrize("said", ANSWERS)
def test_check_in_and_back_is_as_before_for_people_posts_pay_and_person_days(office, said):
    callout = office.opens()
    alerts = office.calls(callout)
    for alert in alerts[5:9]:
        actions.check_in(office.duty, alert)
    for answer in ANSWERS[said]:
        office.answers(alerts[0], answer)
    rows, figures = rows_of(callout), counted(callout)
    actions.check_in(office.duty, alerts[0], "scene")
    assert rows_of(callout) != rows
    assert counted(callout) != figures
    actions.take_back_check_in(office.duty, alerts[0], "点错了人")
    assert rows_of(callout) == rows
    assert counted(callout) == figures
    assert journal_agrees(callout)


def test_the_journal_keeps_what_was_taken_back(office):
    alert = office.calls(office.opens())[0]
    actions.check_in(office.duty, alert, "scene")
    said_at = office.clock.at
    office.clock.forward(4)
    actions.take_back_check_in(office.commander, alert, "点错了人")
    entry = Entry.objects.get(action="alert.check_in_taken_back")
    assert (entry.actor, entry.person) == (office.commander.ref, alert.member.number)
    assert entry.payload["was"] == {
        "at": said_at.isoformat(), "where": "scene", "method": "list", "by": office.duty.ref,
    }  # fmt: skip
    assert "点错了人" not in str(entry.payload)
    void = Entry.objects.get(action="turn.voided")
    assert void.payload["started"] == said_at.isoformat()


def test_who_comes_after_all_is_checked_in_anew_with_his_own_time(office):
    alert = office.calls(office.opens())[0]
    actions.check_in(office.duty, alert)
    actions.take_back_check_in(office.duty, alert)
    office.clock.forward(10)
    actions.check_in(office.duty, alert)
    assert CheckIn.objects.get().at == Attendance.objects.get().starts_at == office.clock.at
    assert len(pay_lines(alert.callout.ref)) == 1


def test_the_freed_post_goes_to_somebody_here_who_has_none(office):
    callout = office.opens()
    actions.set_needs(office.duty, callout, [actions.NeedInput("medic", 1, 60)])
    medics = list(office.skills["medic"].holdings.values_list("member", flat=True))[:2]
    actions.send_by_hand(office.commander, callout, medics)
    first, second = callout.alerts.order_by("pk")
    actions.check_in(office.duty, first)
    actions.check_in(office.duty, second)
    actions.take_back_check_in(office.duty, first)
    posts = dict(callout.alerts.values_list("pk", "post__order"))
    assert posts == {first.pk: None, second.pk: 1}
    assert reads.needs_met_in_time(callout) == {1: 0}


def test_who_was_told_not_to_come_is_so_again_with_the_time_he_was_told(office):
    callout = office.opens()
    for alert in office.calls(callout):
        office.answers(alert, "accept", eta_minutes=20)
    spare = office.solves(callout).releasable[0]
    actions.release(office.commander, callout, [spare])
    told_at = office.clock.at
    office.clock.forward(5)
    alert = Alert.objects.get(pk=spare)
    actions.check_in(office.duty, alert)
    actions.take_back_check_in(office.duty, alert)
    alert.refresh_from_db()
    assert (alert.state, alert.released_at) == ("released", told_at)
    assert journal_agrees(callout)


def test_news_of_the_message_that_came_meanwhile_is_kept(office):
    alert = office.calls(office.opens())[0]
    actions.check_in(office.duty, alert)
    OutMessage.objects.filter(ref=alert.ref, kind="alert").update(state="delivered")
    actions.take_back_check_in(office.duty, alert)
    alert.refresh_from_db()
    assert alert.state == "delivered"


def test_after_the_stand_down_he_gets_the_end_of_the_others_and_is_told(office):
    callout = office.opens()
    alert, silent = office.calls(callout)[:2]
    for one in (alert, silent):
        if one is alert:
            office.answers(one, "accept", eta_minutes=90)
        actions.check_in(office.duty, one)
    actions.stand_down(office.commander, callout)
    actions.take_back_check_in(office.duty, alert)
    actions.take_back_check_in(office.duty, silent)
    assert [Alert.objects.get(pk=one.pk).state for one in (alert, silent)] == ["released", "no_answer"]
    assert OutMessage.objects.filter(ref=alert.ref, kind="stand_down").count() == 1
    assert not Commitment.objects.filter(member__in=[alert.member, silent.member], ends_at=None).exists()
    assert journal_agrees(callout)
    assert actions.close_incident(office.commander, callout.incident).state == "closed"


def test_a_check_in_taken_back_is_not_missing_at_the_running_roll_call(office):
    callout = office.opens()
    here, wrong = office.calls(callout)[:2]
    actions.check_in(office.duty, here)
    actions.check_in(office.duty, wrong)
    roll_call = actions.start_roll_call(office.duty, callout)
    actions.take_back_check_in(office.duty, wrong)
    missing = reads.roll_call_view(roll_call, office.clock.at).missing
    assert [person.alert_id for person in missing] == [here.pk]


def test_later_acts_stand_and_the_check_in_under_them_too(office):
    callout = office.opens()
    alerts = office.calls(callout)[:4]
    not_here, left, back, answered = alerts
    for alert in (left, back, answered):
        actions.check_in(office.duty, alert)
    office.clock.forward(2)
    actions.leave(office.duty, callout, [left.pk, back.pk])
    actions.check_in(office.duty, back)
    actions.answer_roll_call(office.duty, actions.start_roll_call(office.duty, callout), [answered.pk])
    codes = {}
    for name, alert in {"not here": not_here, "left": left, "back": back, "answered": answered}.items():
        with pytest.raises(Conflict) as refused:
            actions.take_back_check_in(office.duty, alert)
        codes[name] = code_of(refused)
    assert codes == {
        "not here": "incidents.not_here", "left": "incidents.not_here", "back": "incidents.was_here_before",
        "answered": "incidents.answered_roll_call",
    }  # fmt: skip
    assert Attendance.objects.count() == 3


def test_after_closing_nothing_is_taken_back(office):
    callout = office.opens()
    alert = office.calls(callout)[0]
    actions.check_in(office.duty, alert)
    actions.stand_down(office.commander, callout)
    actions.leave(office.duty, callout, [alert.pk])
    actions.close_incident(office.commander, callout.incident)
    with pytest.raises(Conflict) as refused:
        actions.take_back_check_in(office.duty, alert)
    assert code_of(refused) == "incidents.callout_over"


def test_a_town_officer_takes_back_for_his_own_people_only_and_the_auditor_never(office):
    alerts = office.calls(office.opens())
    mine = next(a for a in alerts if a.member.unit.path.startswith("O/T1"))
    other = next(a for a in alerts if a.member.unit.path.startswith("O/T2"))
    for alert in (mine, other):
        actions.check_in(office.duty, alert)
    actions.take_back_check_in(office.town_officer, mine)
    with pytest.raises(NotAllowed):
        actions.take_back_check_in(office.town_officer, other)
    with pytest.raises(NotAllowed):
        actions.take_back_check_in(office.auditor, other)
    assert list(CheckIn.objects.values_list("alert", flat=True)) == [other.pk]
