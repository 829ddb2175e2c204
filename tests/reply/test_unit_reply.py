"""A lead's own page: it asks how many he brings, and shows nobody's name but what everybody's page shows."""

from __future__ import annotations

import pytest
from django.test import Client

from muster.apps.incidents.models import Alert, Reply
from muster.apps.people.models import Unit
from tests.channels.cast import member_of
from tests.reply.scene import Scene, another_alert, scene_of
from tests.reply.test_reply_page import MOST_BYTES, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    """The called member leads a unit of three."""
    made = scene_of()
    unit = Unit.objects.create(code="V9", name="新田连", kind="village", path="V9")
    Alert.objects.filter(pk=made.alert.pk).update(unit_called=unit)
    for n in (1, 2):
        row = another_alert(made, member_of(50 + n), token=f"one-behind-the-lead-{n}")
        Alert.objects.filter(pk=row.pk).update(through=made.alert, channel="lead", state="queued")
    return made


def behind(scene: Scene) -> list[str]:
    return list(Alert.objects.filter(through=scene.alert).order_by("pk").values_list("state", flat=True))


def test_it_asks_how_many_come_and_names_nobody(scene: Scene, client: Client) -> None:
    answer = client.get(scene.url, headers={"accept-language": "en"})
    assert "You are called with your unit, 3 people. How many come, you included?" in words(answer)
    assert len(answer.content) < MOST_BYTES
    for row in Alert.objects.filter(through=scene.alert).select_related("member"):
        assert row.member.name not in answer.content.decode()
    assert not Reply.objects.exists()


def test_everybody_comes_by_the_number_and_nobody_has_said_so_by_name(scene: Scene, client: Client) -> None:
    answer = client.post(scene.url, {"answer": "accept", "people": "3", "eta": "30"})
    assert answer.status_code == 303
    assert behind(scene) == ["queued", "queued"]
    assert set(Reply.objects.values_list("alert", flat=True)) == {scene.alert.pk}
    alert = Alert.objects.get(pk=scene.alert.pk)
    assert (alert.state, alert.unit_said) == ("accepted", 3)
    assert alert.eta_at is not None
    assert "You bring 3 of 3." in words(client.get(scene.url, headers={"accept-language": "en"}))


def test_two_of_three_leaves_the_names_for_later(scene: Scene, client: Client) -> None:
    client.post(scene.url, {"answer": "accept", "people": "2"})
    assert behind(scene) == ["queued", "queued"]
    assert Alert.objects.get(pk=scene.alert.pk).unit_said == 2


@pytest.mark.parametrize("people", ["4", "999999", "0", "-1", "two", "３４"])
def test_a_number_that_can_not_be_is_refused_with_all_that_was_entered_still_there(
    scene: Scene, client: Client, people: str
) -> None:
    answer = client.post(
        scene.url, {"answer": "accept", "people": people, "eta": "45"}, headers={"accept-language": "en"}
    )
    assert answer.status_code == 422
    assert f"You wrote {people[:9]}, but 3 of your unit are called, you included." in words(answer)
    page = answer.content.decode()
    assert f'value="{people[:9]}"' in page
    assert 'id="eta-45" checked' in page
    assert 'id="answer-accept" required checked' in page
    assert not Reply.objects.exists()


def test_who_can_not_come_himself_answers_for_nobody_else(scene: Scene, client: Client) -> None:
    client.post(scene.url, {"answer": "decline", "people": "3", "reason": "ill"})
    assert scene.state() == "declined"
    assert behind(scene) == ["queued", "queued"]


def test_the_page_of_everybody_else_has_no_such_field_and_ignores_it(client: Client) -> None:
    plain = scene_of()
    assert 'name="people"' not in client.get(plain.url).content.decode()
    client.post(plain.url, {"answer": "accept", "people": "40"})
    assert plain.state() == "accepted"
