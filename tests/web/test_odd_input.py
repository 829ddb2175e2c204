"""What no browser sends gets a calm 400 or a word at its field, never a broken page."""

from __future__ import annotations

import pytest
from django.test import Client

from muster.apps.people.models import AwayNotice
from tests.world import TOKEN, World

pytestmark = pytest.mark.django_db
NUL = "\x00"


@pytest.mark.parametrize(
    "path", ["/people/?q=%00", "/people/?%00=1", "/journal/?actor=a%00b", "/people/TY%00/", "/login/?next=%00"]
)
def test_a_nul_in_an_address_is_refused_with_a_page(world: World, path: str) -> None:
    answer = world.client_of("office_head").get(path)
    assert answer.status_code == 400
    assert 'data-code="web.bad_request"' in answer.content.decode()


def test_a_nul_in_a_form_is_refused_in_value_and_name(world: World) -> None:
    head = world.client_of("office_head")
    for form in ({"act": "consent", "purpose": NUL}, {NUL: "1"}):
        assert head.post("/people/TY000001/", form).status_code == 400
    assert Client().post("/login/", {"login": NUL, "password": NUL}).status_code == 400
    assert world.running.pk
    assert Client().post(f"/r/{TOKEN}", {"answer": NUL}).status_code == 400


def test_a_nul_in_the_address_of_a_file_breaks_nothing(world: World) -> None:
    assert world.client_of("office_head").get("/static/%00.css").status_code in (400, 404)


@pytest.mark.parametrize("key", ["9" * 5000, "9" * 30, "²", "-1", ""])
def test_the_number_of_an_absence_that_is_none_is_not_found(world: World, key: str) -> None:
    answer = world.client_of("member").post("/me/", {"act": "away-cancel", "notice": key})
    assert answer.status_code == 404


@pytest.mark.parametrize("year", ["0001", "1899", "2200", "9999"])
def test_days_lie_within_the_years_that_are_kept(world: World, year: str) -> None:
    member, head = world.client_of("member"), world.client_of("office_head")
    times = {"away-starts_at": f"{year}-01-01T00:00", "away-ends_at": f"{year}-12-31T23:59"}
    for answer in (member.post("/me/", times), head.post("/people/TY000001/", {"act": "away", **times})):
        assert answer.status_code == 422
        assert "between the years 1900 and 2199" in answer.content.decode()
    assert not AwayNotice.objects.filter(member=world.member(1)).exists()
