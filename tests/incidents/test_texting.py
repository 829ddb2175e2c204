"""While the gateway is known to take nothing, nobody is promised on the strength of a text that will not leave."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone, translation

from muster.apps.channels.actions.sending import claim_batch, mark_failed, mark_sent
from muster.apps.channels.models import OutMessage
from muster.apps.channels.reads import GIVEN_UP_COUNTS, texts_stuck_since
from muster.apps.desk import regions, speech
from muster.apps.incidents import actions, reads
from muster.apps.incidents.models import Alert, Callout
from muster.apps.people.models import Member
from muster.apps.plans.actions import TermsInput
from muster.core.errors import Conflict


@pytest.fixture(autouse=True)
def _gateway(settings) -> None:
    settings.MUSTER_EXERCISE_SMS_URL = "http://127.0.0.1:9"


@pytest.fixture
def callout(office) -> Callout:
    """Approved; every text was taken and delivered."""
    found = office.opens()
    office.calls(found)
    at = office.clock.at
    texts().update(state="delivered", sent_at=at, tries=1, claimed_at=timezone.now())
    found.alerts.update(state="delivered", sent_at=at, delivered_at=at)
    return found


def texts():
    return OutMessage.objects.filter(channel="sms")


def refuse_all(callout: Callout, tries: int = 2) -> None:
    """Nothing that was to leave was taken, at the last try just now."""
    mine = texts()
    mine.update(state="queued", sent_at=None, tries=tries, claimed_at=timezone.now(), error="gateway.503")
    callout.alerts.filter(channel="sms").update(state="queued", sent_at=None, delivered_at=None)


def take(callout: Callout, count: int, at: datetime) -> None:
    refs = list(texts().values_list("ref", flat=True))[:count]
    texts().filter(ref__in=refs).update(state="sent", sent_at=at, error="", claimed_at=timezone.now())
    Alert.objects.filter(pk__in=[int(ref.removeprefix("alert:")) for ref in refs]).update(state="notified", sent_at=at)


def wants(callout: Callout) -> None:
    Callout.objects.filter(pk=callout.pk).update(wanted_seq=callout.wanted_seq + 1)
    callout.refresh_from_db()


# --- what is known of the gateway ---------------------------------------------------------------------------


def test_while_all_is_well_nothing_is_known_against_the_gateway_and_it_costs_one_query(
    callout, django_assert_num_queries
):
    with django_assert_num_queries(1):
        assert texts_stuck_since(True) is None


def test_one_vain_try_is_no_failing_gateway_and_two_are(office, callout):
    refuse_all(callout, tries=1)
    assert texts_stuck_since(True) is None
    refuse_all(callout, tries=2)
    assert texts_stuck_since(True) == office.clock.at
    assert texts_stuck_since(False) is None, "the other mode has its own"


def test_two_texts_that_are_not_taken_are_those_of_any_day(callout):
    refuse_all(callout)
    take(callout, texts().count() - 2, callout.approved_at)
    texts().filter(state="queued").update(claimed_at=timezone.now())
    assert texts_stuck_since(True) is None


def test_the_first_text_that_is_taken_ends_it_and_the_next_vain_tries_count_from_there(office, callout):
    refuse_all(callout)
    office.clock.forward(5)
    take(callout, 1, office.clock.at)
    assert texts_stuck_since(True) is None
    texts().filter(state="queued").update(claimed_at=timezone.now())
    assert texts_stuck_since(True) == office.clock.at


def test_a_gateway_that_takes_so_many_a_minute_is_alive(callout):
    refuse_all(callout)
    texts().update(error="gateway.429")
    assert texts_stuck_since(True) is None


def test_three_numbers_among_many_that_nobody_takes_are_no_failing_gateway(callout):
    refuse_all(callout)
    assert texts().count() > 30
    take(callout, texts().count() - 3, callout.approved_at)
    texts().filter(state="queued").update(claimed_at=timezone.now() + timedelta(seconds=9))
    assert texts_stuck_since(True) is None


def test_a_gateway_that_hangs_while_all_that_failed_is_tried_again_does_not_work(callout):
    refuse_all(callout, tries=3)
    take(callout, 8, callout.approved_at)
    later = timezone.now() + timedelta(seconds=30)
    texts().filter(state="queued").update(claim="batch", claimed_at=later)
    assert texts_stuck_since(True) is not None


def test_texts_that_were_given_up_tell_for_some_minutes(callout):
    refuse_all(callout)
    texts().update(state="failed", tries=8, next_try_at=timezone.now())
    assert texts_stuck_since(True) is not None
    texts().update(next_try_at=timezone.now() - GIVEN_UP_COUNTS - timedelta(seconds=1))
    assert texts_stuck_since(True) is None


# --- what it does to the answer -----------------------------------------------------------------------------


def test_no_repair_by_text_is_offered_while_texts_do_not_leave_and_one_is_again_when_they_do(office, callout):
    refuse_all(callout)
    wants(callout)
    during = office.solves(callout)
    assert during.p_hat < 0.5
    assert during.outcome == "shortfall"
    assert during.proposal == [], "everybody would be called by text"
    assert during.certificate["without_channel"] == "sms"
    take(callout, texts().count(), office.clock.at)
    some = list(callout.alerts.filter(need__order=1).order_by("pk").values_list("pk", flat=True))[:8]
    callout.alerts.filter(pk__in=some).update(state="declined")
    wants(callout)
    after = office.solves(callout)
    assert "without_channel" not in after.certificate
    assert after.p_low < callout.target
    assert after.proposed_p_hat > after.p_hat + 0.3, "the others are worth a text again"
    assert after.proposal


def test_the_sender_finds_out_by_itself_and_the_first_text_taken_asks_for_a_new_answer(office):
    callout = office.opens()
    office.calls(callout)
    for _ in range(2):
        assert texts_stuck_since(True) is None
        texts().update(next_try_at=timezone.now())
        while batch := claim_batch(40):
            for message in batch:
                mark_failed(message, error="gateway.503")
    assert texts_stuck_since(True) == office.clock.at
    office.solves(callout)
    office.clock.forward(1)
    texts().update(next_try_at=timezone.now())
    (first, *rest) = claim_batch(40)
    mark_sent(first, at=office.clock.at)
    assert texts_stuck_since(True) is None, "the others of this try are still under way"
    callout.refresh_from_db()
    assert callout.wanted_seq > callout.solved_seq
    for message in rest:
        mark_sent(message, at=office.clock.at)
    assert "without_channel" not in office.solves(callout).certificate


def test_people_without_a_mobile_are_the_repair_and_are_called_by_the_call_list(office, callout):
    asked = set(callout.alerts.values_list("member_id", flat=True))
    rest = list(Member.objects.exclude(pk__in=asked).order_by("pk").values_list("pk", flat=True))
    Member.objects.filter(pk__in=rest[:5]).update(phone="", phone_index="")
    Member.objects.filter(pk__in=rest[5:7]).update(prefers="call_list")
    refuse_all(callout)
    wants(callout)
    run = office.solves(callout)
    assert run.proposal
    assert {member for member, _order in run.proposal} <= set(rest[:7])
    wave = actions.approve(office.commander, callout, run.pk)
    assert set(wave.alerts.values_list("channel", flat=True)) == {"call_list"}


def test_without_a_gateway_everybody_is_telephoned_and_nobody_is_muted(office, callout, settings):
    refuse_all(callout)
    settings.MUSTER_EXERCISE_SMS_URL = ""
    wants(callout)
    assert "without_channel" not in office.solves(callout).certificate


def test_a_text_that_has_not_left_counts_neither_as_coming_nor_as_silence_from_the_second_vain_try_on(office, callout):
    refuse_all(callout, tries=1)
    wants(callout)
    hoped = office.solves(callout)
    refuse_all(callout, tries=2)
    wants(callout)
    known = office.solves(callout)
    assert known.p_hat < 0.05 < hoped.p_hat
    take(callout, texts().count(), office.clock.at)
    wants(callout)
    assert office.solves(callout).p_hat == pytest.approx(hoped.p_hat, abs=0.02), "waiting was not held against them"


def test_a_proposal_from_before_the_gateway_failed_is_stale(office, callout):
    callout.alerts.update(state="declined")
    wants(callout)
    run = office.solves(callout)
    assert run.proposal
    refuse_all(callout)
    callout.alerts.update(state="declined")
    with pytest.raises(Conflict) as refusal:
        actions.approve(office.commander, callout, run.pk)
    assert refusal.value.code == "incidents.certificate_stale"


def test_a_first_proposal_names_people_to_telephone_but_promises_nothing_by_text(office, callout):
    refuse_all(callout)
    second = office.opens()
    Callout.objects.filter(pk=callout.pk).update(state="stood_down")
    Alert.objects.update(state="released")
    run = office.solves(second)
    assert len(run.proposal) >= 15
    assert run.outcome == "shortfall"
    assert run.proposed_p_low < 0.01
    assert run.certificate["without_channel"] == "sms"
    assert {line["expected"] for line in run.per_line} == {0.0}
    shown = reads.board(second, office.commander)
    assert not speech.holds(shown)
    with translation.override("en"):
        assert "does not count" in regions.render(shown, office.commander)["verdict"]


@pytest.mark.parametrize(("language", "said"), [("en", "No repair by text"), ("zh-hans", "发短信补不了人")])
def test_the_page_says_that_a_text_does_not_mend_it_and_sends_to_the_call_list(office, callout, language, said):
    refuse_all(callout)
    wants(callout)
    office.solves(callout)
    with translation.override(language):
        board = reads.board(callout, office.commander)
        shown = regions.render(board, office.commander)["verdict"]
    assert said in shown
    assert "tag-ok" not in shown
    assert f"/incidents/{callout.incident_id}/call-list/" in speech.main_act(board, office.commander).url


@pytest.mark.parametrize(("leads", "promised"), [("text", False), ("call_list", True)])
def test_a_unit_hears_what_its_lead_hears(led, callout, leads, promised):
    """Nobody but the lead is called in a unit: no telephone list saves those whose lead's text does not leave, and whose
    lead is telephoned needs no text himself."""
    refuse_all(callout)
    Callout.objects.filter(pk=callout.pk).update(state="stood_down")
    Alert.objects.update(state="released")
    if leads == "text":
        Member.objects.filter(is_lead=False).update(phone="", phone_index="")
    else:
        Member.objects.filter(is_lead=True).update(prefers="call_list")
    second = led.opens()
    actions.set_calling(led.commander, second, TermsInput("units", touch_cost=1.0, smallest_group=3, lead_minutes=5))
    run = led.solves(second)
    assert run.groups
    assert run.certificate["without_channel"] == "sms"
    led_people = sum(group["people"] for group in run.groups)
    assert led_people > len(run.proposal) / 2
    assert (run.proposed_p_low > 0.5) == promised
