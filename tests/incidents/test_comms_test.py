"""The communications test from its start to its result, over real gateway processes, beside callouts that must not notice."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import median

import pytest
from django.conf import settings as live
from django.test import Client

from muster.access.rights import SYSTEM
from muster.apps.channels import actions as channels
from muster.apps.channels import comms_reads as reads
from muster.apps.channels.actions import record_inbound, record_receipt, set_schedule, start_test, stop_test
from muster.apps.channels.actions.testing import AT_ONCE, comms_step
from muster.apps.channels.models import CommsProbe, CommsTest, ContactFinding, InMessage, OutMessage
from muster.apps.channels.sender import Sender
from muster.apps.channels.signing import sign
from muster.apps.channels.testing import probe_text
from muster.apps.incidents.models import Alert, Incident, Reply
from muster.apps.incidents.models.incident import IncidentState
from muster.apps.people.models import Contact, Member
from muster.codecs import sms
from muster.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from muster.jobs.clock import now
from tests.channels.conftest import GatewayProcess, gateway, sender, start_gateway
from tests.world import World

__all__ = ["gateway", "sender", "start_gateway"]
pytestmark = pytest.mark.processes
Clock = Callable[[str], datetime]


@pytest.fixture(autouse=True)
def _channels(gateway: GatewayProcess, settings: object) -> None:
    settings.MUSTER_SMS_URL, settings.MUSTER_VOICE_URL = gateway.url, f"{gateway.url}/voice"
    settings.MUSTER_CHANNELS, settings.MUSTER_OFFICE_NAME = "sms:4,voice:3,call_list", "应急办"
    settings.MUSTER_DESK_PHONE = "0731-5550100"


def send_all(sender: Sender) -> None:
    """Everything that the lane has to do by now."""
    while comms_step(now()) or sender.step():
        pass


def texts_in(member: Member, body: str, at: datetime | None = None) -> str:
    count = InMessage.objects.count()
    return record_inbound(f"a:{count}", member.phone, body, False, at or now()).handled


def probe(member: Member, channel: str = "sms") -> CommsProbe:
    return CommsProbe.objects.select_related("message").get(member=member, channel=channel)


def key(member: Member, state: str, pressed: str = "") -> None:
    """The voice gateway tells over HTTP, signed, what became of the call of the test."""
    call = probe(member, "voice").message
    body = json.dumps([{"id": call.client_id, "event": f"e{call.pk}{state}", "state": state, "key": pressed}]).encode()
    stamp = int(time.time())
    headers = {"X-Muster-Time": str(stamp), "X-Muster-Signature": sign(live.SECRETS.gateway_key, "actual", stamp, body)}
    answer = Client(enforce_csrf_checks=True).post(
        "/gateway/voice/actual/calls", body, content_type="application/json", headers=headers
    )
    assert answer.json() == {"taken": 1, "refused": []}


def close(incident: Incident) -> None:
    Incident.objects.filter(pk=incident.pk).update(state=IncidentState.CLOSED)


def test_every_person_gets_one_message_per_channel_that_says_what_it_is(
    world: World, sender: Sender, gateway: GatewayProcess
) -> None:
    start_test(world.actor("duty_officer"))
    send_all(sender)
    texts = [m for m in gateway.seen() if m["path"] == "/messages"]
    calls = [m for m in gateway.seen() if m["path"] == "/voice/calls"]
    numbers = sorted(member.phone for member in world.members if member.phone)
    assert sorted(m["to"] for m in texts) == sorted(m["to"] for m in calls) == numbers
    assert {m["text"] for m in texts} == {"【通信测试】应急办：这是测试，不用出动。收到请回0。电话0731-5550100"}
    assert all("测试" in m["text"] and "不用出动" in m["text"] and m["exercise"] is False for m in texts + calls)
    assert probe(world.member(8), "call_list").message is None, "whom no machine reaches gets nothing"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("exercise", [False, True])
def test_a_test_costs_one_part_and_bears_the_mark_of_its_mode(language: str, exercise: bool) -> None:
    text = probe_text("sms", exercise, language)
    assert sms.length(text).parts == 1
    assert text.startswith(("【演练】", "[EXERCISE]")) is exercise
    assert "1" not in text.replace("0731-5550100", ""), "nothing in it asks for the answer of a callout"


def test_the_result_counts_what_gateways_and_people_said(world: World, sender: Sender, at: Clock) -> None:
    test = start_test(world.actor("duty_officer"))
    send_all(sender)
    answered = {1: 2, 2: 4, 3: 9, 4: 30}
    for number, minutes in answered.items():
        record_receipt(probe(world.member(number)).message.client_id, "delivered", "", now(), exercise=False)
        assert texts_in(world.member(number), "0", world.now + timedelta(minutes=minutes)) == "test"
    record_receipt(probe(world.member(5)).message.client_id, "delivered", "", now(), exercise=False)
    record_receipt(probe(world.member(6)).message.client_id, "failed", "wrong_number", now(), exercise=False)
    key(world.member(7), "key", "1")
    key(world.member(6), "no_answer")
    at("2026-07-14 14:35")
    first = reads.result_of(world.actor("duty_officer"), test, now())
    assert [one.member.number for one in first.unreachable] == ["TY000006", "TY000008"], "the others still have time"
    at("2026-07-14 14:55")
    found = reads.result_of(world.actor("duty_officer"), test, now())
    text, voice = found.channels
    asked = len(world.members) - 1
    assert (text.tally.asked, text.tally.left, text.tally.delivered, text.tally.answered) == (asked, asked, 5, 4)
    assert text.tally.median_minutes == median(answered.values())
    assert (voice.tally.answered, voice.tally.failed) == (1, 1)
    assert (found.people.asked, found.people.delivered, found.people.answered) == (asked, 6, 5)
    lost = {one.member.number: one.why for one in found.unreachable}
    assert len(lost) == asked - 6 + 1
    assert (lost["TY000006"], lost["TY000008"], lost["TY000010"]) == ("wrong_number", "no_number", "silent")
    assert sum(row.unreachable for row in found.units) == len(lost)
    assert ContactFinding.objects.get().member == world.member(6), "and a wrong number is a finding as ever"


def test_everybody_without_a_sign_has_an_owner(world: World, sender: Sender, at: Clock) -> None:
    test = start_test(world.actor("duty_officer"))
    send_all(sender)
    at("2026-07-14 15:30")
    found = {one.member.number: one for one in reads.result_of(world.actor("office_head"), test, now()).unreachable}
    assert (found["TY000006"].owner, found["TY000006"].lead) == (world.units["V11"], world.member(1))
    assert found["TY000001"].lead == world.member(11), "a lead is not his own owner"
    Member.objects.exclude(pk=world.member(1).pk).update(is_lead=False)
    again = {one.member.number: one for one in reads.result_of(world.actor("office_head"), test, now()).unreachable}
    assert (again["TY000001"].owner, again["TY000001"].lead) == (world.units["T1"], None)
    assert found["TY000002"].owner == world.units["T1"], "a unit without a lead has the office above it"


def test_a_town_officer_sees_his_own_people_and_cannot_start(world: World, sender: Sender, at: Clock) -> None:
    test = start_test(world.actor("duty_officer"))
    send_all(sender)
    at("2026-07-14 15:30")
    mine = reads.result_of(world.actor("other_town"), test, now())
    assert {one.unit.parent for one in mine.unreachable} == {world.units["T2"]}
    assert mine.people.asked == sum(m.home_unit.parent_id == world.units["T2"].pk for m in world.members if m.phone)
    page = world.client_of("other_town").get(f"/comms-tests/{test.pk}/").content.decode()
    outside = [m.name for m in world.members if m.home_unit.parent_id == world.units["T1"].pk]
    inside = {m.name for m in world.members if m.home_unit.parent_id == world.units["T2"].pk}
    assert not [name for name in outside if f"<b>{name}</b>" in page and name not in inside]
    with pytest.raises(NotAllowed):
        start_test(world.actor("town_officer"))
    assert world.client_of("other_town").post("/comms-tests/", {"act": "start"}).status_code == 403
    only = start_over(world, test)
    with pytest.raises(NotFound):
        reads.comms_test(world.actor("other_town"), only.pk)
    assert only.pk not in [row.pk for row in reads.tests_for(world.actor("other_town"))]


def start_over(world: World, test: CommsTest) -> CommsTest:
    """A second test, of the people of town T1 alone."""
    stop_test(world.actor("duty_officer"), test.pk)
    return start_test(world.actor("duty_officer"), unit=world.units["T1"])


def test_an_answer_to_a_test_is_none_to_a_callout_and_the_reverse(world: World, sender: Sender, at: Clock) -> None:
    start_test(world.actor("duty_officer"))
    send_all(sender)
    at("2026-07-14 14:40")
    alert = world.alert(2)  # an incident is opened after the test, and six people are called
    at("2026-07-14 14:45")
    assert texts_in(world.member(2), "0") == "test"
    assert texts_in(world.member(2), " ０。") == "test"
    assert (alert.state, Reply.objects.count()) == (Alert.objects.get(pk=alert.pk).state, 0)
    assert texts_in(world.member(2), "1") == "reply"
    assert texts_in(world.member(3), "1") == "reply"
    assert probe(world.member(3)).answered_at is None, "the yes to the callout proves nothing about the test"
    assert texts_in(world.member(5), "收到") == "test", "who is not called can mean nothing else"
    assert Reply.objects.count() == 2


def test_a_test_after_a_callout_takes_what_comes_after_it(world: World, sender: Sender, at: Clock) -> None:
    world.alert(2)
    close(world.running)
    at("2026-07-14 18:00")
    start_test(world.actor("duty_officer"))
    send_all(sender)
    before = Reply.objects.count()
    assert texts_in(world.member(2), "1") == "test"
    assert Reply.objects.count() == before
    stop_test(world.actor("duty_officer"), CommsTest.objects.get().pk)
    assert texts_in(world.member(2), "0") == "late"
    assert texts_in(world.member(2), "8人") != "test"


def test_zero_with_anything_about_a_callout_is_no_answer_to_a_test() -> None:
    assert all(sms.is_test_answer(text) for text in ("0", " 0 ", "０", "0。", "0收到", "零"))
    assert not any(
        sms.is_test_answer(text) for text in ("0人", "00", "01", "10", "0.5小时", "1", "", "0分钟到", "收到")
    )
    assert sms.parse_reply("0").answer == "unclear"
    assert sms.parse_count("0") is None


def test_an_open_incident_keeps_a_test_from_starting_and_holds_one_that_runs(
    world: World, sender: Sender, gateway: GatewayProcess, at: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.apps.channels.actions.testing.AT_ONCE", 5)
    test = start_test(world.actor("duty_officer"))
    assert comms_step(now())
    assert OutMessage.objects.filter(kind="test", channel="sms").count() == 5, "a few at a time"
    incident = world.open_incident()
    assert comms_step(now())
    assert CommsTest.objects.get().state == "paused"
    while sender.step():
        pass
    assert gateway.seen() == [], "not one leaves while an incident is open"
    with pytest.raises(Conflict, match="test_runs"):
        start_test(world.actor("duty_officer"))
    close(incident)
    at("2026-07-14 22:10")
    assert not comms_step(now()), "and nobody is woken for it afterwards"
    at("2026-07-15 09:00")
    send_all(sender)
    texts = [m["to"] for m in gateway.seen() if m["path"] == "/messages"]
    assert sorted(texts) == sorted(m.phone for m in world.members if m.phone), "each once, none lost"
    assert CommsTest.objects.get().closes_at == now() + timedelta(hours=24)
    at("2026-07-16 09:00")
    assert comms_step(now())
    assert CommsTest.objects.get(pk=test.pk).state == "finished"
    world.open_incident()
    with pytest.raises(Conflict, match="test_incident"):
        start_test(world.actor("duty_officer"))


def test_alerts_leave_before_a_test_that_waits(world: World, sender: Sender, gateway: GatewayProcess) -> None:
    start_test(world.actor("duty_officer"))
    comms_step(now())
    world.alert(2)
    claimed = channels.claim_batch(5, "sms")  # of the six called one has no mobile
    assert {message.kind for message in claimed} == {"alert"}


def test_a_gateway_that_fails_shows_in_the_result_and_keeps_nothing_up(
    world: World, sender: Sender, gateway: GatewayProcess, at: Clock
) -> None:
    gateway.behave(status=400)
    test = start_test(world.actor("duty_officer"), channels=["sms"])
    send_all(sender)
    found = reads.result_of(world.actor("duty_officer"), test, now())
    assert {one.why for one in found.unreachable} == {"failed", "no_number"}
    assert found.channels[0].tally.failed == len(world.members) - 1
    assert found.channels[0].tally.delivered_share == 0


def test_reports_that_nobody_bears_out_are_named(world: World, sender: Sender, at: Clock) -> None:
    test = start_test(world.actor("duty_officer"), channels=["sms"])
    send_all(sender)
    for message in OutMessage.objects.filter(kind="test"):
        record_receipt(message.client_id, "delivered", "", now(), exercise=False)
        record_receipt(message.client_id, "delivered", "", now(), exercise=False)
    assert reads.result_of(world.actor("duty_officer"), test, now()).channels[0].lies
    assert "prove nothing" in world.client_of("duty_officer").get(f"/comms-tests/{test.pk}/").content.decode()
    texts_in(world.member(2), "0")
    assert not reads.result_of(world.actor("duty_officer"), test, now()).channels[0].lies


def test_who_can_not_be_asked(world: World, settings: object) -> None:
    with pytest.raises(InvalidInput, match="test_no_channel"):
        start_test(world.actor("duty_officer"), channels=["email"])
    Member.objects.update(state="suspended")
    with pytest.raises(InvalidInput, match="test_nobody"):
        start_test(world.actor("duty_officer"))
    for act in (stop_test,):
        with pytest.raises(NotFound, match="no_test"):
            act(world.actor("duty_officer"), 99)


def test_mail_counts_as_handed_over_and_asks_for_no_answer(world: World, settings: object) -> None:
    settings.MUSTER_MAIL_URL, settings.MUSTER_CHANNELS = "smtp://127.0.0.1:1?from=a@office.example", "sms:4,email:5"
    Contact.objects.create(member=world.member(8), kind="email", value="eight@office.example", masked="e***")
    test = start_test(world.actor("duty_officer"))
    assert test.channels == ["sms", "email"]
    assert probe(world.member(8), "email").channel == "email"
    assert "不用回复" in probe_text("email", False)
    found = reads.result_of(world.actor("duty_officer"), test, now())
    assert [row.can_answer for row in found.channels] == [True, False]


def test_the_schedule_begins_a_test_by_day_once_and_not_beside_an_incident(world: World, at: Clock) -> None:
    head = world.actor("office_head")
    with pytest.raises(InvalidInput):
        set_schedule(head, 91, 3)
    set_schedule(head, 91, 10)
    assert not comms_step(now()), "set up in the afternoon: tomorrow at ten is the first"
    assert reads.next_at() == at("2026-07-15 10:00")
    incident = world.open_incident()
    assert not comms_step(now())
    close(incident)
    assert comms_step(now())
    test = CommsTest.objects.get()
    assert (test.started_by, test.unit) == (SYSTEM.ref, None)
    stop_test(head, test.pk)
    assert comms_step(now()), "a stopped one does not count"
    CommsTest.objects.filter(state="running").update(state="finished")
    at("2026-10-14 09:59")
    assert not comms_step(now())
    at("2026-10-14 10:00")
    assert comms_step(now())
    set_schedule(head, 0, 10)
    assert reads.next_at() is None


def test_the_duty_page_and_the_start_page_carry_one_line(world: World, sender: Sender, at: Clock) -> None:
    duty = world.client_of("duty_officer")
    assert "none so far" in duty.get("/duty/").content.decode()
    test = start_test(world.actor("duty_officer"))
    send_all(sender)
    for message in OutMessage.objects.filter(kind="test", channel="sms").exclude(member=world.member(3)):
        record_receipt(message.client_id, "delivered", "", now(), exercise=False)
    assert "Running" in duty.get("/duty/").content.decode()
    at("2026-07-16 15:00")
    comms_step(now())
    line = reads.comms_line(world.actor("duty_officer"), now())
    assert (line.late, line.unreachable, line.days) == (False, 2, 2)
    duty, head = world.client_of("duty_officer"), world.client_of("office_head")
    for page in (duty.get("/duty/"), head.get("/start/")):
        assert "2 people gave no sign" in page.content.decode()
        assert f"/comms-tests/{test.pk}/" in page.content.decode()
    assert reads.comms_line(world.actor("other_town"), now()).unreachable == 2, "both are of that town"
    assert reads.comms_line(world.actor("town_officer"), now()).unreachable == 0
    at("2026-11-01 15:00")
    assert "the last one was 110 days ago" in world.client_of("duty_officer").get("/duty/?all").content.decode()


def test_the_page_starts_stops_and_says_what_is_wrong(world: World) -> None:
    client = world.client_of("duty_officer")
    refused = client.post("/comms-tests/", {"act": "start"})
    assert (refused.status_code, "Choose at least one channel." in refused.content.decode()) == (422, True)
    done = client.post("/comms-tests/", {"act": "start", "channels": ["sms"], "unit": world.units["T1"].pk})
    test = CommsTest.objects.get()
    assert (done.status_code, done["Location"], test.unit) == (302, f"/comms-tests/{test.pk}/", world.units["T1"])
    again = client.post("/comms-tests/", {"act": "start", "channels": ["sms"]})
    assert (again.status_code, "under way already" in again.content.decode()) == (422, True)
    assert client.post(f"/comms-tests/{test.pk}/stop/").status_code == 302
    assert CommsTest.objects.get().state == "stopped"
    assert client.post("/comms-tests/", {"act": "schedule", "every_days": "91", "hour": "9"}).status_code == 302
    assert client.post("/comms-tests/", {"act": "schedule", "every_days": "7", "hour": "9"}).status_code == 422
    assert "2026-07-15" in client.get("/comms-tests/").content.decode() or reads.next_at() is not None


def test_a_large_test_is_fed_to_the_outbox_in_portions(world: World, sender: Sender, gateway: GatewayProcess) -> None:
    assert AT_ONCE <= 40
    start_test(world.actor("duty_officer"), channels=["sms"])
    gateway.behave(status=503)
    for _ in range(3):
        comms_step(now())
        sender.step()
    assert OutMessage.objects.filter(kind="test").count() == len(world.members) - 1
