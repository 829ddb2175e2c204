"""The page on which the head of the office erases a person."""

from __future__ import annotations

import pytest

from muster.apps.people.models import Member
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = {"ground": "asked", "file_ref": "办〔2026〕7号", "number": "ty000003"}


def test_looking_says_what_happens_and_changes_nothing(world: World) -> None:
    page = world.client_of("office_head").get("/people/TY000003/erase/")
    assert page.status_code == 200
    assert b'id="consequences"' in page.content
    assert b'id="erase-form"' in page.content
    assert Member.objects.get(number="TY000003").name == world.member(3).name


def test_the_order_is_carried_out_and_its_record_shown(world: World) -> None:
    client, name = world.client_of("office_head"), world.member(3).name
    answer = client.post("/people/TY000003/erase/", GOOD, follow=True)
    assert answer.redirect_chain == [("/people/TY000003/erase/", 302)]
    body = answer.content.decode()
    assert 'id="erased"' in body
    assert "办〔2026〕7号" in body
    assert "The person asked for it" in body
    assert name not in body
    assert name not in client.get("/people/?state=all").content.decode() or name in {
        one.name for one in world.members if one.number != "TY000003"
    }
    assert client.get("/people/TY000003/").status_code == 200
    assert client.get("/people/TY000003/edit/").status_code == 200


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"number": "TY000004"}, "does not match"),
        ({"ground": ""}, "required"),
        ({"ground": "whim"}, "not one of the available"),
        ({"file_ref": "{name}的来信"}, "leave the person"),
        ({"file_ref": "电话19912345678"}, "leave the person"),
    ],
)
def test_what_is_typed_wrong_is_said_and_nothing_is_erased(world: World, changes: dict[str, str], said: str) -> None:
    name = world.member(3).name
    data = GOOD | {key: value.format(name=name) for key, value in changes.items()}
    answer = world.client_of("office_head").post("/people/TY000003/erase/", data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Member.objects.get(number="TY000003").name == name


def test_what_stands_in_the_way_is_named_instead_of_a_form(world: World) -> None:
    assert world.running
    client = world.client_of("office_head")
    page = client.get("/people/TY000002/erase/").content.decode()
    assert 'id="hindrances"' in page
    assert "still open" in page
    assert 'id="erase-form"' not in page
    assert client.post("/people/TY000002/erase/", GOOD | {"number": "TY000002"}).status_code == 409


def test_only_the_head_is_shown_the_way(world: World) -> None:
    assert b'id="member-erase"' in world.client_of("office_head").get("/people/TY000003/edit/").content
    assert b'id="member-erase"' not in world.client_of("duty_officer").get("/people/TY000003/edit/").content
    assert world.client_of("duty_officer").get("/people/TY000003/erase/").status_code == 403
