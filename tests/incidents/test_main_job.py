"""The main job as the duty room lives it: opened, solved, approved, answered, accounted for, paid."""

from __future__ import annotations

import pytest
from django.utils import translation

from muster.apps.channels.models import OutMessage
from muster.apps.desk import speech
from muster.apps.incidents import actions, reads
from muster.apps.incidents.models import Alert
from muster.apps.people.models import AwayNotice, Holding, Member
from muster.apps.service.models import Commitment
from muster.core.errors import Conflict, IllegalTransition, InvalidInput, NotAllowed, NotFound

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
    shown = reads.board(callout, office.duty)
    verdict = shown.verdict
    assert verdict.word == "short"
    with translation.override("en"):
        said = speech.shortest(shown).split()
    assert said[0] == "medic:"
    assert int(said[1]) >= 15, "heads against what is expected, not 1"
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
    medics = list(Holding.objects.filter(capability__slug="medic").order_by("member").values_list("member", flat=True))
    called, spare = set(medics[:6]), set(medics[6:])
    others = Member.objects.exclude(pk__in=medics).values_list("pk", flat=True)
    actions.send_by_hand(office.commander, callout, [*called, *others])
    before = office.solves(callout).p_hat
    for alert in callout.alerts.filter(member__in=called).select_related("member"):
        office.answers(alert, "decline")
    run = office.solves(callout)
    assert run.outcome in {"plan", "shortfall"}
    assert run.p_hat == 0.0 < before
    assert run.proposed_p_hat > 0.0
    proposed = {member for member, order in run.proposal if order == 3}
    assert len(proposed) >= 3
    assert {member for member, _order in run.proposal} == proposed <= spare
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
    assert board.flags == ("live_zone", "gateway_not_set_up")
