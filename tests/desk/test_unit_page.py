"""A lead confirms his unit, or the town officer and the desk do it for him: nothing he entered is ever lost."""

from __future__ import annotations

import re

import pytest
from django.http import HttpResponse

from muster.apps.incidents.models import Alert, Reply
from muster.journal.models import Entry
from tests.desk.test_pages import CJK, text_of
from tests.world import World

# V11 is called through member 6; member 10, who serves in the specialist team, stands in for a second one behind him.


def path(world: World) -> str:
    return f"/field/unit/{world.lead_alert().pk}/"


def ticked(answer: HttpResponse) -> set[int]:
    boxes = re.findall(r'<input type="checkbox" name="cannot" value="(\d+)"( checked)?', answer.content.decode())
    return {int(value) for value, checked in boxes if checked}


def written(answer: HttpResponse) -> str:
    return re.search(r'id="number"[^>]* value="([^"]*)"', answer.content.decode())[1]


@pytest.mark.parametrize("who", ["village_lead", "town_officer", "duty_officer", "commander"])
def test_whoever_may_note_answers_may_confirm_the_unit(world: World, who: str) -> None:
    client = world.client_of(who)
    assert written(client.get(path(world))) == "2"
    answer = client.post(path(world), {"number": "2"})
    assert answer.status_code == 302
    assert {world.alert(6).state, world.alert(10).state} == {"accepted"}
    assert Reply.objects.get(alert=world.alert(10)).by == world.actor(who).ref
    entry = Entry.objects.get(action="unit.confirmed")
    assert (entry.payload["said"], entry.payload["called"]) == (2, 2)
    assert client.get(answer["Location"]).status_code == 200


def test_a_lead_of_another_village_and_a_town_officer_of_another_town_find_nothing(world: World) -> None:
    wanted = path(world)
    assert world.client_of("other_town").get(wanted).status_code == 404
    Alert.objects.filter(pk=world.alert(6).pk).update(unit_called=world.units["V12"])
    assert world.client_of("village_lead").get(wanted).status_code == 404, "a lead who lives here and leads there"
    assert world.client_of("commander").get(f"/field/unit/{world.alert(3).pk}/").status_code == 404, "leads nobody"


@pytest.mark.parametrize(
    ("number", "says"),
    [("7", "only 2 of the unit are called"), ("2", "leaves 1"), ("", "as a number"), ("many", "as a number")],
)
def test_what_can_not_be_is_refused_in_words_and_what_was_entered_stays(world: World, number: str, says: str) -> None:
    other = world.alert(10).pk
    answer = world.client_of("village_lead").post(path(world), {"number": number, "cannot": [str(other)]})
    assert answer.status_code == 400
    assert says in text_of(answer.content.decode())
    assert written(answer) == number
    assert ticked(answer) == {other}
    assert not Reply.objects.exists()
    assert world.alert(6).unit_said is None


def test_one_of_two_with_the_other_named(world: World) -> None:
    client = world.client_of("village_lead")
    client.post(path(world), {"number": "1", "cannot": [str(world.alert(10).pk)]})
    assert (world.alert(6).state, world.alert(10).state) == ("accepted", "declined")
    assert Alert.objects.get(pk=world.alert(6).pk).unit_said == 1
    assert "checked disabled" in client.get(f"/field/unit/{world.alert(6).pk}/").content.decode()


def test_the_telephone_page_leads_to_it_and_says_how_the_unit_stands(world: World) -> None:
    wanted, client = path(world), world.client_of("village_lead")
    page = client.get("/village/").content.decode()
    assert f'href="{wanted}"' in page
    assert "2 called, not confirmed yet" in page
    assert f"through {world.member(6).name}" in page
    client.post(wanted, {"number": "2"})
    assert "2 of 2 come, confirmed" in client.get("/village/").content.decode()


def test_the_open_page_learns_that_the_unit_was_confirmed_elsewhere(world: World) -> None:
    wanted, client = path(world), world.client_of("village_lead")
    before = re.search(r'data-mark="(\w+)"', client.get("/village/").content.decode())
    question = f"/field/list/?incident={world.running.pk}&mark={before and before[1]}"
    assert client.get(question).status_code == 204
    world.client_of("duty_officer").post(wanted, {"number": "1"})
    alerts = Alert.objects.filter(callout=world.callout)
    alerts.update(state="notified", reason="", eta_at=None, contradicted=False)  # the lead's number alone is new
    fresh = client.get(question)
    assert fresh.status_code == 200
    assert "1 of 2 come, confirmed" in fresh.content.decode()
    mark = re.search(r'data-mark="(\w+)"', fresh.content.decode())
    alerts.filter(pk=world.alert(10).pk).update(channel="sms")
    question = f"/field/list/?incident={world.running.pk}&mark={mark and mark[1]}"
    assert client.get(question).status_code == 200, "called directly now, and no more through the lead"


def test_after_the_end_it_only_shows(world: World) -> None:
    wanted = path(world)
    type(world.callout).objects.filter(pk=world.callout.pk).update(state="stood_down")
    client = world.client_of("village_lead")
    assert 'id="confirm"' not in client.get(wanted).content.decode()
    answer = client.post(wanted, {"number": "2"})
    assert answer.status_code == 409
    assert "callout is over" in text_of(answer.content.decode())


def test_in_chinese_it_is_all_chinese_and_small_and_without_numbers(world: World) -> None:
    client = world.client_of("village_lead", language="zh-hans")
    answer = client.get(path(world))
    assert len(answer.content) < 8 * 1024
    text = text_of(answer.content.decode())
    assert CJK.search(text)
    assert not re.search(r"[A-Za-z]{3,}", text.replace("EXERCISE", ""))
    assert "199" not in text
    refused = client.post(path(world), {"number": "7"})
    assert "只叫了 2 人" in text_of(refused.content.decode())
