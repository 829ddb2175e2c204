"""Whom the texts did not reach: what a missing report tells of places and of single people, and when it tells nothing."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from scipy.stats import hypergeom

from muster.apps.incidents import actions
from muster.apps.incidents.models import Alert, Callout, SolveRun, Wave
from muster.apps.incidents.problem import problem_for
from muster.apps.incidents.reach import Reach, _draws, reach_of
from muster.apps.incidents.reads.reasons import reasons_of
from muster.apps.people.models import Member, Unit

MINUTE = timedelta(minutes=1)


@pytest.fixture
def callout(office, settings) -> Callout:
    """Approved three minutes and a half ago; all sixty were called by text, and every text was delivered at once."""
    settings.MUSTER_EXERCISE_SMS_URL = "http://127.0.0.1:9"
    found = office.opens()
    office.calls(found)
    rest = Member.objects.exclude(alerts__callout=found).values_list("pk", flat=True)
    actions.send_by_hand(office.commander, found, rest)
    assert found.alerts.count() == 60
    at = office.clock.at
    found.alerts.update(state="delivered", sent_at=at, delivered_at=at, wave=found.waves.first())
    office.clock.forward(3.5)
    return found


def reach(office, callout: Callout) -> Reach:
    return reach_of(callout, list(callout.alerts.all()), office.clock.at)


def spread(callout: Callout, step: int) -> list[int]:
    """Every step-th of those called, over all villages."""
    return list(callout.alerts.order_by("member__home_unit", "pk").values_list("pk", flat=True))[::step]


def unreported(pks) -> set[int]:
    Alert.objects.filter(pk__in=pks).update(state="notified", delivered_at=None)
    return set(pks)


def answered(pks, at) -> None:
    Alert.objects.filter(pk__in=pks).update(state="accepted", replied_at=at)


def others(callout: Callout, pks) -> list[int]:
    return list(callout.alerts.exclude(pk__in=pks).order_by("pk").values_list("pk", flat=True))


# --- places -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moved", [0, 10])
def test_a_town_without_network_is_named_and_its_people_count_as_lost_also_where_they_are_most(office, callout, moved):
    """Thirty or forty of sixty: the share that is reported on says nothing about whether the town is reached."""
    south = Member.objects.filter(home_unit__code="T2V1").order_by("pk").values_list("pk", flat=True)[:moved]
    Member.objects.filter(pk__in=list(south)).update(home_unit=Unit.objects.get(code="T1V1"))
    cut_off = unreported(
        callout.alerts.filter(member__home_unit__path__startswith="O/T1/").values_list("pk", flat=True)
    )
    assert len(cut_off) == 30 + moved
    found = reach(office, callout)
    assert found.areas.names == ["第1街道"]
    assert found.lost == cut_off
    (reason, *_rest) = reasons_of(callout, list(callout.alerts.all()), office.clock.at)
    assert (reason.kind, reason.n) == ("area", len(cut_off))


def test_the_chance_rests_on_the_same_list_as_the_reasons(office, callout):
    cut_off = unreported(
        callout.alerts.filter(member__home_unit__path__startswith="O/T1/").values_list("pk", flat=True)
    )
    before = problem_for(callout, office.clock.at).problem.candidates.show
    callout.alerts.filter(pk__in=cut_off).update(state="delivered", delivered_at=office.clock.at)
    after = problem_for(callout, office.clock.at).problem.candidates.show
    fallen = np.flatnonzero(before < after / 2)
    assert len(fallen) == len(cut_off)


def test_whom_a_second_wave_calls_in_a_dead_village_is_no_sign_that_it_is_reached(office, callout):
    village = callout.alerts.filter(member__home_unit__code="T1V2")
    cut_off = unreported(village.values_list("pk", flat=True))
    Alert.objects.filter(pk=max(cut_off)).update(alerted_at=office.clock.at, sent_at=office.clock.at)
    assert reach(office, callout).areas.people == cut_off


def test_a_dead_village_stays_one_while_a_second_wave_elsewhere_has_had_no_time_for_reports(office, callout):
    cut_off = unreported(callout.alerts.filter(member__home_unit__code="T1V2").values_list("pk", flat=True))
    fresh = unreported(others(callout, cut_off)[::2] + others(callout, cut_off)[1:20:2])
    Alert.objects.filter(pk__in=fresh).update(alerted_at=office.clock.at, sent_at=office.clock.at)
    assert reach(office, callout).lost == cut_off


def test_where_no_reports_come_silence_tells_of_a_place_only_after_ten_minutes(office, callout):
    """Two of three elsewhere have answered, of one village of fifteen nobody has: early, that is one slow gateway."""
    unreported(callout.alerts.values_list("pk", flat=True))
    village = set(callout.alerts.filter(member__home_unit__code="T2V1").values_list("pk", flat=True))
    elsewhere = others(callout, village)
    answered([pk for n, pk in enumerate(elsewhere) if n % 3], office.clock.at)
    assert reach(office, callout).lost == set()
    office.clock.forward(7)
    assert reach(office, callout).lost == village


def test_the_more_places_are_looked_at_the_more_it_takes_to_name_one(office, callout):
    """Three silent people of one village, a sixth silent elsewhere: (1/6)^3 is under 1 %, but six places are tested."""
    village = list(callout.alerts.filter(member__home_unit__code="T2V1").order_by("pk").values_list("pk", flat=True))
    callout.alerts.filter(pk__in=village[3:]).update(channel="call_list")
    elsewhere = others(callout, village)
    silent = unreported([*village[:3], *elsewhere[::6]])
    share = len(elsewhere[::6]) / len(elsewhere)
    assert 0.01 / 6 < share**3 < 0.01
    assert silent
    assert reach(office, callout).areas.names == []


# --- single people ------------------------------------------------------------------------------------------


def test_a_gateway_that_reports_for_one_carrier_only_loses_nobody_who_answers_like_the_rest(office, callout):
    silent = sorted(unreported(spread(callout, 3)))
    answered(silent[::2], office.clock.at)
    answered(others(callout, silent)[::2], office.clock.at)
    assert reach(office, callout).lost == set()


def test_people_without_a_report_who_do_not_answer_either_are_lost(office, callout):
    silent = unreported(spread(callout, 4))
    answered(others(callout, silent)[::2], office.clock.at)
    assert reach(office, callout).lost == silent


def test_three_people_without_a_report_prove_nothing(office, callout):
    silent = unreported(spread(callout, 20))
    assert len(silent) == 3
    answered(others(callout, silent)[::2], office.clock.at)
    assert reach(office, callout).lost == set()


def test_reports_that_come_in_batches_are_waited_for(office, callout):
    """This gateway takes eight minutes: a report is late after sixteen."""
    silent = unreported(spread(callout, 4))
    callout.alerts.exclude(pk__in=silent).update(delivered_at=office.clock.at + 4.5 * MINUTE)
    answered(others(callout, silent)[::2], office.clock.at)
    office.clock.forward(10)
    assert reach(office, callout).lost == set()
    office.clock.forward(3)
    assert reach(office, callout).lost == silent


def test_who_was_telephoned_and_answered_does_not_show_that_texts_arrive(office, callout):
    silent = sorted(unreported(spread(callout, 4)))
    answered(others(callout, silent)[::2], office.clock.at)
    for alert in Alert.objects.filter(pk__in=silent[:5]):
        actions.record_reply(alert, answer="accept", channel="desk", by="account:1")
    assert reach(office, callout).lost == set(silent[5:])


def test_a_later_wave_that_had_less_time_to_answer_is_not_held_against_its_people(office, callout):
    """The gateway reports less since the second wave; who was called then has simply had no time yet."""
    rest = spread(callout, 2)
    later = Wave.objects.create(
        callout=callout, number=9, origin="hand", ordered_by=office.commander.ref, ordered_at=office.clock.at
    )
    answered(others(callout, rest), office.clock.at)
    silent = unreported(rest[5:])
    callout.alerts.filter(pk__in=rest).update(wave=later)
    assert len(silent) == 25
    assert reach(office, callout).lost == set()


def test_how_many_answers_chance_leaves_to_people_without_a_report():
    for good, drawn, kept in ((0, 3, 4), (5, 3, 4), (7, 3, 4), (40, 30, 70), (900, 400, 1200)):
        expected = hypergeom(drawn + kept, good, drawn).pmf(np.arange(drawn + 1))
        assert _draws(good, drawn, kept) == pytest.approx(expected, abs=1e-9)


# --- automatic replacement ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("more", "sent"), [(1, True), (2, False)])
def test_people_whom_no_text_reached_are_replaced_automatically_like_those_who_declined(office, settings, more, sent):
    """One declined and some live in a village that is cut off: as many as both are may be replaced, and nobody more."""
    settings.MUSTER_EXERCISE_SMS_URL = "http://127.0.0.1:9"
    callout = office.opens()
    alerts = office.calls(callout)
    actions.set_policy(office.commander, callout, "automatic")
    at = office.clock.at
    callout.alerts.update(state="delivered", sent_at=at, delivered_at=at)
    office.clock.forward(3.5)
    cut_off = unreported(callout.alerts.filter(member__home_unit__code="T2V2").values_list("pk", flat=True))
    assert len(cut_off) >= 3
    proposed = len(cut_off) + more
    office.answers(next(alert for alert in alerts if alert.pk not in cut_off), "decline")
    callout.refresh_from_db()
    bundle = problem_for(callout, office.clock.at)
    spare = bundle.member_ids[bundle.available].tolist()[:proposed]
    run = SolveRun.objects.create(
        callout=callout, seq=callout.wanted_seq, at=office.clock.at, solved_at=office.clock.at, seconds=0.1,
        outcome="plan", proposal=[[member, 1] for member in spare], roster_hash=bundle.roster_hash,
    )  # fmt: skip
    wave = actions.send_replacements(callout, run)
    assert (wave is not None and wave.alerts.count() == proposed) is sent
