"""The main job as the duty room lives it: opened, solved, approved, answered, accounted for, paid."""

from __future__ import annotations

from decimal import Decimal

import pytest

from muster.apps.channels.models import OutMessage
from muster.apps.incidents import actions, reads
from muster.apps.incidents.fold import coarse, fold
from muster.apps.incidents.models import Alert
from muster.apps.people.models import AwayNotice, Holding
from muster.apps.service.models import Attendance, Commitment, PastAlert
from muster.apps.service.reads import pay_lines
from muster.core.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed, NotFound
from muster.journal.models import Entry

pytestmark = pytest.mark.django_db


def code_of(error: pytest.ExceptionInfo) -> str:
    return error.value.code


def test_opening_takes_the_matching_plans_needs_and_asks_for_a_solve(office):
    callout = office.opens()
    assert [(n.capability.slug, n.people, n.due_minutes) for n in callout.needs.all()] == [
        ("fire_support", 10, 60),
        ("team_leader", 2, 40),
        ("medic", 3, 45),
    ]
    run = office.solves(callout)
    assert (callout.state, run.outcome) == ("recommended", "plan")
    assert run.proposed_p_low >= 0.95


def test_nothing_leaves_before_a_named_person_has_approved(office):
    callout = office.opens()
    office.solves(callout)
    assert OutMessage.objects.count() == 0
    alerts = office.calls(callout)
    assert OutMessage.objects.filter(kind="alert").count() == len(alerts) > 15
    assert callout.approved_by == office.commander.ref
    assert callout.stated_p >= 0.95


def test_every_message_of_an_exercise_says_so(office):
    office.calls(office.opens())
    assert all("演练" in message.body and message.exercise for message in OutMessage.objects.all())


def test_the_duty_officer_alone_approves_only_what_the_head_has_pre_authorised(office):
    callout = office.opens()
    run = office.solves(callout)
    with pytest.raises(NotAllowed) as refused:
        actions.approve(office.duty, callout, run.pk)
    assert code_of(refused) == "incidents.not_pre_authorised"
    office.plan.pre_authorised_at = office.clock.at
    office.plan.save()
    callout.refresh_from_db()
    assert actions.approve(office.duty, callout, run.pk).number == 1


def test_changed_needs_are_not_the_pre_authorised_plan_any_more(office):
    office.plan.pre_authorised_at = office.clock.at
    office.plan.save()
    callout = office.opens()
    actions.set_needs(office.duty, callout, [actions.NeedInput("fire_support", 5, 60)])
    run = office.solves(callout)
    with pytest.raises(NotAllowed):
        actions.approve(office.duty, callout, run.pk)


def test_the_second_desk_to_approve_is_told_who_was_first(office):
    callout = office.opens()
    run = office.solves(callout)
    actions.approve(office.commander, callout, run.pk)
    with pytest.raises(Conflict) as refused:
        actions.approve(office.head, callout, run.pk)
    assert code_of(refused) == "incidents.already_approved"
    assert refused.value.params["by"] == office.commander.ref
    assert callout.waves.count() == 1


def test_a_certificate_for_books_that_have_moved_is_solved_again_before_approval(office):
    callout = office.opens()
    run = office.solves(callout)
    Holding.objects.filter(member_id=run.proposal[0][0]).delete()
    with pytest.raises(Conflict) as refused:
        actions.approve(office.commander, callout, run.pk)
    assert code_of(refused) == "incidents.certificate_stale"
    assert OutMessage.objects.count() == 0
    fresh = office.solves(callout)
    assert fresh.pk > run.pk
    actions.approve(office.commander, callout, fresh.pk)


def test_an_old_certificate_is_solved_again_before_approval(office):
    callout = office.opens()
    run = office.solves(callout)
    office.clock.forward(6)
    with pytest.raises(Conflict) as refused:
        actions.approve(office.commander, callout, run.pk)
    assert code_of(refused) == "incidents.certificate_stale"


def test_nobody_away_committed_lapsed_or_asked_elsewhere_is_called(office):
    first = office.calls(office.opens())
    asked = {alert.member_id for alert in first}
    away = office.towns[0].children.first().members.exclude(pk__in=asked).first()
    AwayNotice.objects.create(member=away, starts_at=office.clock.at, ends_at=office.clock.at.replace(hour=23))
    lapsed = Holding.objects.exclude(member_id__in=[a.member_id for a in first]).exclude(member=away).first()
    Holding.objects.filter(member=lapsed.member).update(valid_to=office.clock.at.date().replace(day=1))
    second = office.opens(title="第二起")
    actions.set_needs(office.duty, second, [actions.NeedInput("fire_support", 2, 60)])
    called = {alert.member_id for alert in office.calls(second)}
    assert not called & {alert.member_id for alert in first}
    assert not called & {away.pk, lapsed.member_id}


def test_a_shortfall_says_which_line_is_short_and_offers_certified_repairs(office):
    callout = office.opens()
    actions.set_needs(
        office.duty, callout, [actions.NeedInput("medic", 30, 60), actions.NeedInput("team_leader", 2, 60)]
    )
    run = office.solves(callout)
    assert run.outcome == "shortfall"
    assert run.shortfall["orders"] == [1]
    assert run.shortfall["missing"] >= 15
    verdict = reads.board(callout, office.duty).verdict
    assert verdict.word == "short"
    assert verdict.missing[0][0].slug == "medic"
    assert all(repair.p_low is None or 0 <= repair.p_low <= 1 for repair in verdict.repairs)


def test_the_desk_may_pick_by_hand_without_waiting_for_any_solve(office):
    callout = office.opens()
    unit = office.towns[0].children.first()
    wave = actions.send_by_hand(office.commander, callout, [], [unit.pk], "就近先发")
    assert wave.alerts.count() == unit.members.count()
    assert callout.solve_runs.count() == 0
    run = office.solves(callout)
    assert run.p_hat is not None


def test_picking_nobody_who_can_be_called_is_refused_with_a_reason(office):
    callout = office.opens()
    with pytest.raises(InvalidInput) as refused:
        actions.send_by_hand(office.commander, callout, [999_999])
    assert code_of(refused) == "incidents.nobody_callable"


def test_answers_count_change_and_are_all_kept(office):
    alert = office.calls(office.opens())[0]
    office.answers(alert, "accept", eta_minutes=20)
    assert alert.state == "accepted"
    assert alert.eta_at == office.clock.at.replace(minute=40)
    assert Commitment.objects.filter(member=alert.member, ends_at=None).exists()
    office.answers(alert, "accept", eta_minutes=20)
    office.answers(alert, "decline", reason="family")
    assert (alert.state, alert.contradicted, alert.eta_at) == ("withdrawn", True, None)
    assert not Commitment.objects.filter(member=alert.member, ends_at=None).exists()
    assert list(alert.replies.order_by("pk").values_list("note", "counted")) == [
        ("", True),
        ("double", False),
        ("contradicts", True),
    ]


def test_an_unclear_text_does_not_undo_an_acceptance(office):
    alert = office.calls(office.opens())[0]
    office.answers(alert, "accept")
    office.answers(alert, "unclear", text="???")
    assert alert.state == "accepted"


def test_who_says_he_has_set_out_has_accepted(office):
    alert = office.calls(office.opens())[0]
    office.answers(alert, "en_route")
    assert alert.state == "accepted"
    office.answers(alert, "en_route", eta_minutes=5)
    assert alert.state == "en_route"


def test_a_reply_after_the_end_is_kept_and_changes_nothing(office):
    callout = office.opens()
    alert = office.calls(callout)[0]
    actions.stand_down(office.commander, callout)
    alert.refresh_from_db()
    before = alert.state
    office.answers(alert, "accept")
    assert alert.state == before == "no_answer"
    assert alert.replies.get().note == "closed"


def test_nonsense_answers_are_refused(office):
    alert = office.calls(office.opens())[0]
    with pytest.raises(InvalidInput):
        office.answers(alert, "perhaps")
    with pytest.raises(InvalidInput):
        office.answers(alert, "accept", eta_minutes=-3)


def test_a_town_officer_enters_answers_for_his_own_people_only(office):
    alerts = office.calls(office.opens())
    mine = next(a for a in alerts if a.member.unit.path.startswith("O/T1"))
    other = next(a for a in alerts if a.member.unit.path.startswith("O/T2"))
    actions.record_reply_at_desk(office.town_officer, mine, answer="accept", eta_minutes=15)
    with pytest.raises(NotAllowed) as refused:
        actions.record_reply_at_desk(office.town_officer, other, answer="accept")
    assert code_of(refused) == "access.outside_unit"
    assert {row.alert.member.unit.path[:4] for row in reads.alert_rows(other.callout, office.town_officer)} == {"O/T1"}


def test_each_decliner_lowers_the_chance_and_replacements_are_certified_like_for_like(office):
    callout = office.opens()
    alerts = office.calls(callout)
    medics = [a for a in alerts if a.member.holdings.filter(capability__slug="medic").exists()]
    for alert in medics:
        office.answers(alert, "decline")
    run = office.solves(callout)
    assert run.outcome in {"plan", "shortfall"}
    assert run.p_hat < 0.95
    asked = {alert.member_id for alert in alerts}
    left = set(Holding.objects.filter(capability__slug="medic").values_list("member_id", flat=True)) - asked
    assert left, "the plan called every medic there is; nothing to replace them with"
    assert left == {member for member, order in run.proposal if order == 3}
    wave = actions.approve(office.commander, callout, run.pk)
    assert wave.origin == "replacement"
    assert Alert.objects.filter(callout=callout).values("member").distinct().count() == callout.alerts.count()


def test_with_the_automatic_policy_replacements_go_out_in_the_approvers_name(office):
    callout = office.opens()
    alerts = office.calls(callout)
    actions.set_policy(office.commander, callout, "automatic")
    for alert in alerts[:12]:
        office.answers(alert, "decline")
    office.solves(callout)
    waves = list(callout.waves.order_by("number"))
    assert all(wave.ordered_by == office.commander.ref for wave in waves)
    replaced = sum(wave.alerts.count() for wave in waves[1:])
    assert replaced <= 12


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


def test_illegal_steps_are_refused_with_both_states_named(office):
    callout = office.opens()
    with pytest.raises(IllegalTransition):
        actions.stand_down(office.commander, callout)


def test_a_false_alarm_ends_before_anybody_is_called_and_not_after(office):
    callout = office.opens()
    assert actions.mark_false_alarm(office.duty, callout.incident).state == "false_alarm"
    other = office.opens(title="真的")
    office.calls(other)
    with pytest.raises(Conflict):
        actions.mark_false_alarm(office.duty, other.incident)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"title": "  "}, "incidents.title_blank"),
        ({"lon": 400.0}, "incidents.place_off_map"),
    ],
)
def test_an_incident_that_makes_no_sense_is_not_opened(office, facts, code):
    with pytest.raises(InvalidInput) as refused:
        office.opens(**facts)
    assert code_of(refused) == code


@pytest.mark.parametrize(
    ("need", "code"),
    [
        (("medic", 0, 30), "incidents.need_people"),
        (("medic", 3, 0), "incidents.need_due"),
        (("juggler", 3, 30), "incidents.capability_unknown"),
    ],
)
def test_needs_that_make_no_sense_are_refused(office, need, code):
    callout = office.opens()
    with pytest.raises(InvalidInput) as refused:
        actions.set_needs(office.duty, callout, [actions.NeedInput(*need)])
    assert code_of(refused) == code
    assert callout.needs.count() == 3


def test_unknown_things_are_not_found(office):
    with pytest.raises(NotFound):
        reads.incident_by_id(office.duty, 77)
    with pytest.raises(NotFound):
        reads.alert_by_token("forged")


def test_the_board_tells_the_auditor_what_happened_without_acts(office):
    callout = office.opens()
    office.calls(callout)
    board = reads.board(callout, office.auditor)
    assert board.approved_by == "沈带班"
    assert board.events[0].strong
    assert board.flags == ("live_zone",)
