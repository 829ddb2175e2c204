"""Why the chance is lower than it was: texts that do not leave or arrive, places without network, processes that stand still."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.utils import translation

from muster.apps.channels.models import OutMessage
from muster.apps.channels.reads import call_rows
from muster.apps.desk.reason_words import WORDS, told
from muster.apps.incidents.board import Reason
from muster.apps.incidents.models import Alert, Callout
from muster.apps.incidents.reads.reasons import reasons_of
from tests.desk import sample_board

MINUTE = timedelta(minutes=1)


@pytest.fixture
def callout(office, settings) -> Callout:
    """Approved three minutes and a half ago; everybody was called by text, and every text was delivered."""
    settings.MUSTER_EXERCISE_SMS_URL = "http://127.0.0.1:9"
    found = office.opens()
    office.calls(found)
    at = office.clock.at
    found.alerts.update(state="delivered", sent_at=at, delivered_at=at)
    office.clock.forward(3.5)
    return found


def reasons(office, callout: Callout) -> tuple[Reason, ...]:
    return reasons_of(callout, list(callout.alerts.all()), office.clock.at)


def some(callout: Callout, count: int) -> list[int]:
    """Alerts of people spread over the villages."""
    pks = list(callout.alerts.order_by("member__home_unit", "pk").values_list("pk", flat=True))
    return pks[:: len(pks) // count][:count]


def set_all(pks: list[int], **values: object) -> None:
    Alert.objects.filter(pk__in=pks).update(**values)


def test_while_all_is_well_there_is_no_reason_and_it_costs_one_query(office, callout, django_assert_num_queries):
    alerts = list(callout.alerts.all())
    assert len(alerts) > 15
    with django_assert_num_queries(1):
        assert reasons_of(callout, alerts, office.clock.at) == ()


def test_texts_that_the_gateway_does_not_take_are_counted_after_two_minutes(office, callout):
    pks = list(callout.alerts.values_list("pk", flat=True))[:5]
    set_all(pks, state="queued", sent_at=None, delivered_at=None)
    assert [(r.kind, r.n, r.of, r.minutes) for r in reasons(office, callout)] == [
        ("unsent", 5, callout.alerts.count(), 3)
    ]
    set_all(pks, alerted_at=office.clock.at - MINUTE)
    assert reasons(office, callout) == ()


def test_the_age_of_unsent_texts_grows_and_counts_from_the_last_text_that_left(office, callout):
    pks = some(callout, 5)
    set_all(pks, state="queued", sent_at=None, delivered_at=None)
    for minutes in (3, 4, 5):
        assert [(r.kind, r.minutes) for r in reasons(office, callout)] == [("unsent", minutes)]
        office.clock.forward(1)
    callout.alerts.exclude(pk__in=pks).update(sent_at=office.clock.at - 4 * MINUTE)
    assert [r.minutes for r in reasons(office, callout) if r.kind == "unsent"] == [4]


def test_with_the_first_text_that_leaves_the_gateway_is_no_longer_said_to_take_nothing(office, callout):
    pks = some(callout, 6)
    set_all(pks, state="queued", sent_at=None, delivered_at=None)
    assert [r.kind for r in reasons(office, callout)] == ["unsent"]
    set_all(pks[:1], state="notified", sent_at=office.clock.at)
    assert [(r.kind, r.n) for r in reasons(office, callout)] == [("backlog", 5)]
    set_all(pks[1:], state="notified", sent_at=office.clock.at)
    assert reasons(office, callout) == ()


def test_texts_reported_as_failed_and_texts_without_a_report_are_one_reason(office, callout):
    """A missing report counts since those who have one answer and those without do not."""
    pks = some(callout, 12)
    set_all(pks[:4], state="undelivered", delivered_at=None)
    set_all(pks[4:], state="notified", delivered_at=None)
    assert [reason.n for reason in reasons(office, callout)] == [4]
    callout.alerts.exclude(pk__in=pks).update(state="accepted", replied_at=office.clock.at)
    (reason,) = reasons(office, callout)
    assert (reason.kind, reason.n, reason.of) == ("texts", 12, callout.alerts.count())


def test_without_any_reports_nothing_is_known_to_fail(office, callout):
    """A gateway that never reports says nothing about anybody; the head of the page names it instead."""
    callout.alerts.update(state="notified", delivered_at=None)
    assert reasons(office, callout) == ()


def test_two_failed_texts_are_those_of_any_day(office, callout):
    set_all(some(callout, 2), state="undelivered", delivered_at=None)
    assert reasons(office, callout) == ()


def test_people_who_are_telephoned_are_not_failing_texts(office, callout):
    set_all(some(callout, 6), state="queued", channel="call_list", sent_at=None, delivered_at=None)
    assert reasons(office, callout) == ()


def test_a_village_without_any_sign_is_named_with_the_people_called_there(office, callout):
    rows = callout.alerts.filter(member__home_unit__code="T1V2")
    called = rows.count()
    assert called >= 3
    rows.update(state="notified", delivered_at=None)
    (reason,) = reasons(office, callout)
    assert (reason.kind, reason.n, reason.names) == ("area", called, ("T1V2连",))


def test_a_town_without_any_sign_is_named_instead_of_its_villages(office, callout):
    rows = callout.alerts.filter(member__home_unit__path__startswith="O/T1/")
    rows.update(state="notified", delivered_at=None)
    (reason, *_rest) = reasons(office, callout)
    assert (reason.kind, reason.n, reason.names) == ("area", rows.count(), ("第1街道",))


def test_one_answer_shows_that_the_village_is_reached(office, callout):
    rows = callout.alerts.filter(member__home_unit__code="T1V2")
    rows.update(state="notified", delivered_at=None)
    office.answers(rows.first(), "accept")
    assert all(reason.kind != "area" for reason in reasons(office, callout))


def test_a_village_whose_texts_have_not_even_left_is_not_blamed(office, callout):
    rows = callout.alerts.filter(member__home_unit__code="T1V2")
    rows.update(state="queued", sent_at=None, delivered_at=None)
    assert [reason.kind for reason in reasons(office, callout)] == ["unsent"]


def test_where_nobody_is_reached_anywhere_no_place_is_blamed(office, callout):
    callout.alerts.update(state="undelivered", delivered_at=None)
    assert [reason.kind for reason in reasons(office, callout)] == ["texts"]


def test_delivery_reports_that_no_answer_bears_out_are_doubted(office, callout):
    assert callout.alerts.count() >= 20
    office.clock.forward(4)
    (reason,) = reasons(office, callout)
    assert (reason.kind, reason.n, reason.of) == ("unanswered", 0, callout.alerts.count())
    for alert in callout.alerts.all()[: callout.alerts.count() // 10 + 1]:
        office.answers(alert, "decline")
    assert reasons(office, callout) == ()


def test_before_approval_only_a_process_that_stands_still_is_a_reason(office, lane_file):
    callout = office.opens()
    lane_file("solve", 300)
    assert [(r.kind, r.names, r.minutes) for r in reasons(office, callout)] == [("lane", ("solve",), 5)]


@pytest.fixture
def lane_file():
    """`lane_file("send", 40)`: the lane gave its last sign of life so many seconds ago."""
    made: list[Path] = []

    def touch(lane: str, seconds: float) -> None:
        path = Path(django_settings.HOME) / "run" / f"{lane}.beat"
        path.parent.mkdir(exist_ok=True)
        path.touch()
        os.utime(path, (time.time() - seconds,) * 2)
        made.append(path)

    yield touch
    for path in made:
        path.unlink()


def test_a_lane_is_named_when_no_step_of_it_can_take_that_long(office, callout, lane_file):
    lane_file("solve", 40)  # may be in the middle of a long answer
    lane_file("send", 40)
    assert [(r.kind, r.names) for r in reasons(office, callout)] == [("lane", ("send",))]


def test_the_chance_falls_while_texts_are_not_taken_and_comes_back_when_they_are(office, callout):
    before = office.solves(callout)
    callout.alerts.update(state="queued", sent_at=None, delivered_at=None)
    Callout.objects.filter(pk=callout.pk).update(wanted_seq=callout.wanted_seq + 1)
    during = office.solves(callout)
    assert during.p_hat < 0.5 < before.p_hat
    assert during.proposal  # the repair: others, certified
    assert during.proposed_p_low is not None
    callout.alerts.update(state="delivered", sent_at=office.clock.at, delivered_at=office.clock.at)
    Callout.objects.filter(pk=callout.pk).update(wanted_seq=callout.wanted_seq + 1)
    assert office.solves(callout).p_hat > during.p_hat + 0.3


def test_a_text_that_is_not_taken_stands_on_the_call_list_when_the_reason_says_so_however_often_it_was_tried(
    office, callout
):
    for tries in (0, 1, 2):
        messages = OutMessage.objects.filter(ref__in=[f"alert:{pk}" for pk in some(callout, 5)])
        OutMessage.objects.update(state="delivered")
        messages.update(state="queued", tries=tries)
        set_all(some(callout, 5), state="queued", sent_at=None, delivered_at=None)
        refs = [message.ref for message in messages]
        (reason,) = reasons(office, callout)
        listed = call_rows(refs, office.clock.at)
        assert (reason.kind, reason.n) == ("unsent", len(listed))
        assert {row.why for row in listed} == {"waiting"}
        assert call_rows(refs, messages[0].queued_at + MINUTE) == []


# --- words --------------------------------------------------------------------------------------------------

EXAMPLES = (
    Reason("lane", names=("solve",), minutes=2),
    Reason("lane", names=("send",), minutes=2),
    Reason("unsent", n=38, of=120, minutes=4),
    Reason("backlog", n=12, of=120),
    Reason("texts", n=41, of=120),
    Reason("area", n=17, names=("新田社区", "高塘村", "北岭社区", "南坪村")),
    Reason("unanswered", n=2, of=113),
    Reason("road", n=23, of=90, minutes=12, names=("马家河大桥",)),
    Reason("road", n=0, of=90, lost=7, names=("马家河大桥",)),
    Reason("road", n=23, of=90, minutes=12, lost=7, names=("马家河大桥", "泰山路大桥")),
)


@pytest.mark.parametrize("reason", EXAMPLES, ids=lambda reason: f"{reason.kind}-{reason.n}-{reason.lost}")
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_reason_is_a_sentence_with_its_figures_in_the_readers_language(reason, language):
    with translation.override(language):
        lines, more = told(sample_board.board(reasons=(reason,)))
    (line,) = lines
    assert more == 0
    figures = [reason.n, reason.of if reason.kind in ("unsent", "backlog", "texts", "unanswered") else 0, reason.lost]
    assert all(str(figure) in line.text for figure in figures if figure)
    latin = any("a" <= letter <= "z" for letter in line.text)
    assert latin is (language == "en")
    assert "%" not in line.text


def test_three_reasons_are_shown_and_the_rest_is_counted():
    lines, more = told(sample_board.board(reasons=EXAMPLES))
    assert (len(lines), more) == (3, 7)
    assert {reason.kind for reason in EXAMPLES} == set(WORDS)
