"""Who says that he comes when nobody is needed any more is told so in time to stay at home."""

from __future__ import annotations

import pytest

from muster.access.fields import blind_index
from muster.apps.channels.actions import record_inbound
from muster.apps.channels.models import OutMessage
from muster.apps.channels.reads import call_rows
from muster.apps.incidents import actions, wording

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _office(settings):
    settings.MUSTER_DESK_PHONE = "0731-00000119"
    settings.MUSTER_EXERCISE_SMS_URL = "http://exercise.test"


@pytest.fixture
def callout(office):
    callout = office.opens()
    office.calls(callout)
    return callout


def told(alert) -> list[str]:
    return [message.body for message in OutMessage.objects.filter(ref=alert.ref, kind="thanks")]


def writes(office, alert, body: str, gateway_id: str = "g1"):
    member = alert.member
    member.phone_index = blind_index("phone", member.phone)
    member.save()
    return record_inbound(gateway_id, member.phone, body, True, office.clock.at)


def released(office, callout):
    for alert in callout.alerts.select_related("member"):
        office.answers(alert, "accept", eta_minutes=20)
    spare = office.solves(callout).releasable[0]
    actions.release(office.commander, callout, [spare])
    return callout.alerts.select_related("member").get(pk=spare)


def stood_down(office, callout):
    actions.stand_down(office.commander, callout)
    return callout.alerts.select_related("member").first()


def closed(office, callout):
    alert = stood_down(office, callout)
    actions.close_incident(office.commander, callout.incident)
    return alert


@pytest.mark.parametrize("ended", [released, stood_down, closed])
def test_a_yes_after_the_end_is_answered_once_with_the_desks_telephone(office, callout, ended):
    alert = ended(office, callout)
    assert writes(office, alert, "1").handled == "late"
    writes(office, alert, "1 马上到", "g2")
    office.answers(alert, "en_route")
    (body,) = told(alert)
    assert "请不要来" in body
    assert "0731-00000119" in body
    assert body.startswith("【演练】")
    message = OutMessage.objects.get(ref=alert.ref, kind="thanks")
    assert (message.exercise, message.channel, message.state) == (True, "sms", "queued")


@pytest.mark.parametrize("ended", [released, stood_down, closed])
def test_a_no_and_a_muddled_text_after_the_end_get_no_answer(office, callout, ended):
    alert = ended(office, callout)
    writes(office, alert, "2")
    writes(office, alert, "???", "g2")
    assert alert.replies.filter(counted=False).count() == 2
    assert told(alert) == []


def test_a_yes_in_time_gets_no_such_answer(office, callout):
    alert = callout.alerts.select_related("member").first()
    writes(office, alert, "1")
    writes(office, alert, "1", "g2")
    assert told(alert) == []


def test_who_is_here_or_was_is_not_told_to_stay_away(office, callout):
    here, left = callout.alerts.select_related("member")[:2]
    actions.check_in(office.duty, here)
    actions.check_in(office.duty, left)
    actions.leave(office.duty, callout, [left.pk])
    actions.stand_down(office.commander, callout)
    for n, alert in enumerate((here, left)):
        writes(office, alert, "1", f"g{n}")
        assert alert.replies.filter(counted=False).count() == 1
        assert told(alert) == []


def test_what_the_desk_heard_on_the_telephone_was_answered_there(office, callout):
    alert = stood_down(office, callout)
    actions.record_reply_at_desk(office.duty, alert, answer="accept")
    assert told(alert) == []


def test_without_messages_he_goes_to_the_list_of_those_to_be_told_by_telephone_once(office, callout, settings):
    alert, other = callout.alerts.select_related("member")[:2]
    settings.MUSTER_EXERCISE_SMS_URL = ""
    office.answers(alert, "accept", eta_minutes=90)
    actions.stand_down(office.commander, callout)
    kinds = ("release", "stand_down", "thanks")

    def to_tell(one) -> list[str]:
        return [row.kind for row in call_rows([one.ref], office.clock.at, kinds)]

    for one in (alert, other):
        office.answers(one, "accept")
    assert to_tell(alert) == ["stand_down"]
    assert to_tell(other) == ["thanks"]


def test_the_words_in_english(office, callout, settings):
    alert = stood_down(office, callout)
    text = wording.too_late_text(alert, "en")
    assert text.startswith("[EXERCISE] ")
    assert "please do not come" in text
    assert text.endswith("Desk 0731-00000119")
