"""The telephone pages: whom they show, what a tap does, once and in order, and what goes over the wire."""

from __future__ import annotations

import gzip
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

import muster
from muster.apps.desk import actions
from muster.apps.desk.models import FieldEntry
from muster.apps.desk.town_entries import LONGEST_AGE_SECONDS, SAYINGS, Tap, tap_of
from muster.apps.desk.town_reads import field_list, own_incident
from muster.apps.incidents.models import Alert, CheckIn, Incident, Reply
from muster.apps.people.actions.members import phone_fields
from muster.apps.people.models import Member
from muster.core.errors import InvalidInput, NotAllowed, NotFound
from muster.jobs import clock
from muster.journal.models import Entry
from tests.desk.test_pages import CJK, text_of
from tests.world import GIVEN, SURNAMES, World

STATIC = Path(muster.__file__).parent
FIRST_LOAD = 30 * 1024


def send(client: Client, *entries: dict[str, object]) -> list[dict[str, str]]:
    answer = client.post("/field/entries/", json.dumps({"entries": entries}), content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()["receipts"]


def tap(alert: Alert, said: str, key: str = "", age: float = 0.0) -> dict[str, object]:
    return {"key": key or f"{alert.pk}-{said}-key", "alert": alert.pk, "said": said, "age": age}


def names_on(client: Client, path: str) -> list[str]:
    return re.findall(r'class="who"><b>([^<]+)</b>', client.get(path).content.decode())


# In the running incident of the world members 2, 3, 4, 6, 8 and 10 are called: 2 lives in V12 and 6 in V11 of town one,
# 10 serves in the specialist team and lives in V11, 3, 4 and 8 belong to town two.
ONE, TWO = (2, 6, 10), (3, 4, 8)


def test_a_town_officer_sees_his_own_people_and_a_village_lead_those_of_his_village(world: World) -> None:
    assert world.running.callout
    for who, path, wanted in (
        ("town_officer", "/town/", ONE),
        ("other_town", "/town/", TWO),
        ("village_lead", "/village/", (6, 10)),
    ):
        assert sorted(names_on(world.client_of(who), path)) == sorted(world.member(n).name for n in wanted)


def test_each_role_has_its_own_page_and_nothing_of_the_duty_desk(world: World) -> None:
    lead, officer = world.client_of("village_lead"), world.client_of("town_officer")
    assert lead.get("/")["Location"] == "/village/"
    assert officer.get("/")["Location"] == "/town/"
    assert lead.get("/town/").status_code == 403
    assert officer.get("/village/").status_code == 403
    running = world.running.pk
    for path in ("/duty/", f"/duty/{running}/", f"/incidents/{running}/people/", f"/incidents/{running}/check-in/",
                 f"/incidents/{running}/roll-call/", "/people/"):  # fmt: skip
        assert lead.get(path).status_code == 403, path


def test_with_nobody_called_the_page_is_calm(world: World) -> None:
    assert "Nobody of yours is called" in world.client_of("town_officer").get("/town/").content.decode()
    world.open_incident()
    assert own_incident(world.actor("town_officer"), "") is None, "a draft has called nobody"
    with pytest.raises(NotFound):
        own_incident(world.actor("town_officer"), "999")


def test_who_has_been_silent_longest_stands_on_top_and_who_answered_at_the_bottom(world: World) -> None:
    two, six, ten = (world.alert(n) for n in ONE)
    Alert.objects.filter(pk=six.pk).update(state="notified", sent_at=world.now - timedelta(minutes=9))
    Alert.objects.filter(pk=two.pk).update(state="notified", sent_at=world.now - timedelta(minutes=3))
    send(world.client_of("town_officer"), tap(ten, "accept-15"))
    found = field_list(world.actor("town_officer"), world.running)
    assert [person.alert.pk for person in found.people] == [six.pk, two.pk, ten.pk]
    assert (found.total, found.silent, found.here) == (3, 2, 0)
    by_rank = sorted(found.people, key=lambda person: person.rank)
    assert by_rank[0].alert.pk == ten.pk, "in the check-in list who said he comes stands first"
    listed = names_on(world.client_of("town_officer"), "/town/?view=here")
    assert listed[0] == ten.member.name
    assert "9 min ago" in world.client_of("town_officer").get("/town/").content.decode()


@pytest.mark.parametrize(
    ("said", "state"),
    [("accept-30", "accepted"), ("decline-at_work", "declined"), ("en_route", "accepted"), ("unclear", "unclear"),
     ("here-muster", "checked_in"), ("here-scene", "checked_in")],
)  # fmt: skip
def test_one_tap_is_one_answer(world: World, said: str, state: str) -> None:
    receipts = send(world.client_of("village_lead"), tap(world.alert(6), said))
    assert [(r["outcome"], r["say"]) for r in receipts] == [("noted", "")]
    assert world.alert(6).state == state
    ref = world.actor("village_lead").ref
    assert Entry.objects.filter(stream__name=world.running.stream, actor=ref).count() == 1
    if said == "accept-30":
        reply = Reply.objects.get(alert=world.alert(6))
        assert (reply.channel, reply.eta_minutes, reply.by) == ("desk", 30, ref)


def test_what_is_sent_again_counts_once_and_brings_the_same_receipt(world: World) -> None:
    client, alert = world.client_of("town_officer"), world.alert(6)
    entries = [tap(alert, "accept-15", "key-one1"), tap(alert, "decline-ill", "key-two2")]
    first = send(client, *entries)
    assert world.alert(6).state == "withdrawn"
    assert send(client, *entries) == first
    assert send(client, entries[0]) == first[:1]
    assert world.alert(6).state == "withdrawn", "the old yes does not come back"
    assert Reply.objects.filter(alert=alert).count() == FieldEntry.objects.count() == 2


def test_the_order_of_the_phone_is_kept(world: World) -> None:
    client, alert = world.client_of("town_officer"), world.alert(6)
    send(client, tap(alert, "decline-ill", "key-one1", 300), tap(alert, "accept-45", "key-two2", 200))
    assert world.alert(6).state == "accepted"
    replies = Reply.objects.filter(alert=alert).order_by("pk")
    assert [(reply.answer, reply.note) for reply in replies] == [("decline", ""), ("accept", "contradicts")]


def test_an_entry_counts_from_when_it_was_made(world: World, at: object) -> None:
    alert = world.alert(6)
    at("2026-07-14 14:50")
    send(world.client_of("town_officer"), tap(alert, "accept-30", "key-one1", 600))
    assert world.alert(6).eta_at == clock.now() + timedelta(minutes=20)
    send(world.client_of("town_officer"), tap(world.alert(2), "here-muster", "key-two2", 1500))
    assert CheckIn.objects.get(alert=world.alert(2)).at == clock.now() - timedelta(minutes=25)
    send(world.client_of("town_officer"), tap(world.alert(10), "here-muster", "key-thr3", 86400))
    assert CheckIn.objects.get(alert=world.alert(10)).at == world.alert(10).alerted_at, (
        "nobody came before he was called"
    )


def test_an_old_entry_does_not_undo_what_was_said_since(world: World, at: object) -> None:
    alert = world.alert(6)
    at("2026-07-14 14:40")
    send(world.client_of("town_officer"), tap(alert, "accept-15", "key-one1"))
    receipts = send(world.client_of("village_lead"), tap(alert, "decline-ill", "key-two2", 600))
    assert receipts[0]["outcome"] == "kept"
    assert "something newer" in receipts[0]["say"]
    assert world.alert(6).state == "accepted"


def test_who_was_seen_and_has_left_since_is_not_checked_in_again(world: World, at: object) -> None:
    alert, officer = world.alert(6), world.actor("commander")
    actions.actions.check_in(officer, alert)
    at("2026-07-14 14:40")
    actions.actions.leave(officer, world.callout, [alert.pk])
    at("2026-07-14 14:50")
    receipts = send(world.client_of("town_officer"), tap(alert, "here-muster", "key-one1", 1200))
    assert receipts[0]["outcome"] == "kept"
    assert world.alert(6).state == "released"
    send(world.client_of("town_officer"), tap(alert, "here-muster", "key-two2", 60))
    assert world.alert(6).state == "checked_in", "who is back is here again"


def test_what_is_refused_holds_up_nothing_and_says_why(world: World) -> None:
    client, mine = world.client_of("village_lead"), world.alert(6)
    receipts = send(
        client, tap(world.alert(3), "accept-15", "key-notmine"), {"key": "key-odd-one", "alert": mine.pk, "said": "x"}, 7,
        tap(mine, "accept-15", "key-mine1"),
    )  # fmt: skip
    assert {r["key"]: r["outcome"] for r in receipts} == {
        "key-notmine": "refused", "key-odd-one": "refused", "key-mine1": "noted",
    }  # fmt: skip
    assert all(r["say"] for r in receipts if r["outcome"] == "refused")
    assert world.alert(3).state != "accepted"


def test_a_check_in_after_the_end_is_refused_once_and_for_all(world: World) -> None:
    alert, incident = world.alert(6), world.running
    incident.callout.__class__.objects.filter(pk=incident.callout.pk).update(state="closed")
    Incident.objects.filter(pk=incident.pk).update(state="demobilising")
    receipts = send(world.client_of("town_officer"), tap(alert, "here-muster", "key-one1"))
    assert receipts[0]["outcome"] == "refused"
    assert FieldEntry.objects.get().code == "incidents.callout_over"
    assert send(world.client_of("town_officer"), tap(alert, "here-muster", "key-one1")) == receipts
    late = send(world.client_of("town_officer"), tap(alert, "accept-15", "key-two2"))
    assert (late[0]["outcome"], late[0]["say"]) == ("kept", "Kept, but the callout has ended.")


def test_a_key_of_somebody_else_is_no_key(world: World) -> None:
    alert = world.alert(6)
    send(world.client_of("town_officer"), tap(alert, "accept-15", "key-one1"))
    receipts = send(world.client_of("village_lead"), tap(alert, "decline-ill", "key-one1"))
    assert receipts[0]["outcome"] == "refused"
    assert world.alert(6).state == "accepted"


@pytest.mark.parametrize(
    "given",
    [None, 7, [], {}, {"key": "short", "alert": 1, "said": "unclear"}, {"key": "long-enough", "alert": "x", "said": "unclear"},
     {"key": "long-enough", "alert": True, "said": "unclear"}, {"key": "long-enough", "alert": 1, "said": "accept-7"},
     {"key": "long-enough", "alert": 1, "said": ["unclear"]}, {"key": 5, "alert": 1, "said": "unclear"},
     {"key": "long-enough", "alert": 10**20, "said": "unclear"}],
)  # fmt: skip
def test_an_entry_that_makes_no_sense_is_refused(given: object) -> None:
    with pytest.raises(InvalidInput):
        tap_of(given)


@pytest.mark.parametrize(
    ("age", "seconds"),
    [(None, 0), ("5", 0), (True, 0), (float("nan"), 0), (-5, 0), (7, 7), (1e12, LONGEST_AGE_SECONDS)],
)
def test_the_age_of_an_entry_has_bounds(age: object, seconds: float) -> None:
    assert tap_of({"key": "long-enough", "alert": 1, "said": "unclear", "age": age}).age_seconds == seconds


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff", b'{"entries": 3}', json.dumps({"entries": [1] * 101}).encode()]
)
def test_a_body_that_is_no_list_of_entries_is_refused(world: World, body: bytes) -> None:
    answer = world.client_of("town_officer").post("/field/entries/", body, content_type="application/json")
    assert answer.status_code == 400


def test_numbers_are_taken_in_one_journaled_act_for_ones_own_people_only(world: World) -> None:
    Member.objects.filter(pk=world.member(3).pk).update(**phone_fields("+8619900000099"))
    client, running = world.client_of("town_officer"), world.running
    page = client.get("/town/").content.decode()
    assert "tel:" not in page
    assert "19900000002" not in page
    found = client.post("/field/numbers/", {"incident": running.pk}, headers={"Accept": "application/json"}).json()
    assert found == {"numbers": {str(world.alert(n).pk): f"199{n:08d}" for n in ONE}}
    entry = Entry.objects.filter(stream__name="people", action="people.numbers_to_dial").get()
    assert entry.payload["subject"] == running.stream
    assert set(entry.payload["members"]) == {world.member(n).number for n in ONE}
    assert entry.actor == world.actor("town_officer").ref


def test_numbers_of_those_who_need_no_call_are_not_given(world: World) -> None:
    client = world.client_of("town_officer")
    send(client, tap(world.alert(2), "here-muster"), tap(world.alert(6), "decline-ill"))
    found = client.post(
        "/field/numbers/", {"incident": world.running.pk}, headers={"Accept": "application/json"}
    ).json()
    assert list(found["numbers"]) == [str(world.alert(10).pk)]
    with pytest.raises(NotAllowed):
        actions.numbers_to_dial(world.actor("auditor"), [world.alert(10)], "x")
    with pytest.raises(NotAllowed):
        actions.numbers_to_dial(world.actor("other_town"), [world.alert(10)], "x")
    before = Entry.objects.count()
    assert actions.numbers_to_dial(world.actor("other_town"), [world.alert(8)], "x") == {}, "member 8 has no number"
    assert Entry.objects.count() == before, "nothing was shown, nothing is journaled"


def test_without_the_script_everything_works_by_plain_forms(world: World) -> None:
    client, running, six = world.client_of("town_officer"), world.running, world.alert(6)
    page = client.get(f"/town/?open={six.pk}").content.decode()
    key = re.search(r'name="page" value="(\w+)"', page)
    assert key
    assert f'value="{six.pk}:accept-15"' in page
    fields = {"page": key[1], "incident": running.pk, "view": "phone", "say": f"{six.pk}:accept-15"}
    for _press in range(2):
        answer = client.post("/field/entries/", fields)
        assert answer["Location"] == f"/town/?view=phone&incident={running.pk}"
    assert Reply.objects.filter(alert=six).count() == 1
    assert "Noted." in client.get(answer["Location"]).content.decode()
    here = {**fields, "view": "here", "say": "here", "where": "scene", "here": [six.pk, world.alert(2).pk]}
    client.post("/field/entries/", here)
    assert {c.where for c in CheckIn.objects.all()} == {"scene"}
    assert CheckIn.objects.count() == 2
    dialled = client.post("/field/numbers/", {"incident": running.pk}).content.decode()
    assert 'href="tel:19900000010"' in dialled
    late = {**fields, "say": f"{six.pk}:unclear"}
    client.post("/field/entries/", late)
    assert "already checked in" in client.get("/town/").content.decode()


def test_the_list_alone_is_sent_only_when_it_has_changed(world: World) -> None:
    client, running = world.client_of("town_officer"), world.running
    first = client.get(f"/field/list/?incident={running.pk}").content.decode()
    mark = re.search(r'data-mark="(\w+)"', first)
    assert mark
    assert client.get(f"/field/list/?incident={running.pk}&mark={mark[1]}").status_code == 204
    send(client, tap(world.alert(6), "accept-15"))
    again = client.get(f"/field/list/?incident={running.pk}&mark={mark[1]}")
    assert again.status_code == 200
    assert "<html" not in again.content.decode()
    Incident.objects.filter(pk=running.pk).update(state="closed")
    assert client.get(f"/field/list/?incident={running.pk}").status_code == 404
    assert client.get("/field/list/").status_code == 204


def test_the_first_load_of_a_town_with_a_hundred_called_is_at_most_30_kb(world: World) -> None:
    units = world.units
    made = [
        Member(number=f"TX{n:06d}", name=f"{SURNAMES[n % 10]}{GIVEN[n % 6]}", unit=units["V11"],
               **phone_fields(f"+86198{n * 7919 % 10**8:08d}"))
        for n in range(100)
    ]  # fmt: skip
    Member.objects.bulk_create(made)
    like = world.alert(6)
    Alert.objects.bulk_create(
        [
            Alert(callout=like.callout, member=member, wave=like.wave, need=like.need, muster_point=like.muster_point,
                  channel="sms", state="notified", token_hash=f"{n:064d}", alerted_at=like.alerted_at, sent_at=world.now)
            for n, member in enumerate(Member.objects.filter(number__startswith="TX"))
        ]
    )  # fmt: skip
    client = world.client_of("town_officer", language="zh-hans")
    answer = client.get("/town/", headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    html = gzip.decompress(answer.content).decode()
    assert len(re.findall('<li id="p', html)) == 103
    parts = re.findall(r'(?:src|href)="/static/([^"]+)"', html)
    assert len(parts) == 5
    weights = {part: len(_static(part)) for part in parts}
    whole = len(answer.content) + sum(weights.values())
    assert whole <= FIRST_LOAD, f"page {len(answer.content)}, {weights}"


def _static(part: str) -> bytes:
    found = [
        folder / part for folder in (STATIC / "web/static", STATIC / "apps/desk/static") if (folder / part).exists()
    ]
    return found[0].read_bytes()


def test_the_page_speaks_one_language(world: World) -> None:
    assert world.running.callout
    body = world.client_of("town_officer", language="zh-hans").get("/town/").content.decode()
    assert CJK.search(text_of(body))
    assert not re.search(r"[A-Za-z]{3,}", text_of(body)), re.findall(r"[A-Za-z]{3,}", text_of(body))
    calm = world.client_of("other_town", language="zh-hans").get("/town/").content.decode()
    assert not re.search(r"[A-Za-z]{3,}", text_of(calm))


def test_the_program_that_keeps_the_page_may_serve_it(world: World) -> None:
    answer = world.client_of(None).get("/field/worker.js")
    assert answer["Service-Worker-Allowed"] == "/"
    assert answer["Content-Type"].startswith("text/javascript")


def test_every_saying_of_the_page_is_one_that_is_understood(world: World) -> None:
    assert world.running.callout
    page = world.client_of("town_officer").get(f"/town/?open={world.alert(6).pk}").content.decode()
    said = set(re.findall(r'value="\d+:([a-z_0-9-]+)"', page))
    assert said | {"here-muster", "here-scene"} == SAYINGS
    assert Tap("k", 1, "accept-15").detail == "15"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_bare_word_of_answer_is_no_reason_and_what_was_said_is_a_quote(world: World, language: str) -> None:
    for number, said in ((2, "到"), (6, "车坏了"), (10, "at_work")):
        alert = world.alert(number)
        alert.state, alert.reason = "released", said
        alert.save(update_fields=["state", "reason"])
    page = world.client_of("town_officer", language=language).get("/town/").content.decode()
    assert "<small>到</small>" not in page
    assert "<small>“车坏了”</small>" in page
    assert ("<small>At work</small>" if language == "en" else "<small>在上班</small>") in page
