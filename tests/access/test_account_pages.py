"""The administrator's page: accounts only, members by number, links shown once."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from muster.access import directory
from muster.access.models import Account
from muster.apps.people.models import Member, Unit
from muster.journal.models import Entry
from tests.world import World


@pytest.fixture
def admin(world: World) -> Client:
    return world.client_of("system_admin")


def test_accounts_are_listed_and_members_by_number_only(world: World, admin: Client) -> None:
    Account.objects.filter(role="member").update(name="张三丰")
    page = admin.get("/accounts/").content.decode()
    assert "duty_officer" in page
    assert "TY000001" in page
    assert "张三丰" not in page


def test_no_member_s_name_or_number_reaches_the_administrator(world: World, admin: Client) -> None:
    page = admin.get("/accounts/").content.decode()
    assert not any(member.phone and member.phone in page for member in world.members)


def test_a_new_account_shows_its_link_once(world: World, admin: Client) -> None:
    given = {"login": "newcomer", "name": "新人", "role": "commander", "unit_path": "", "member_ref": ""}
    answer = admin.post("/accounts/", given)
    assert answer.status_code == 302
    page = admin.get("/accounts/").content.decode()
    link = re.search(r"http://testserver(/first/[\w-]+/)", page)
    assert link
    assert Client().get(link.group(1)).status_code == 200
    assert "/first/" not in admin.get("/accounts/").content.decode()


def test_a_refused_account_keeps_what_was_typed_and_says_why(world: World, admin: Client) -> None:
    answer = admin.post("/accounts/", {"login": "auditor", "name": "第二个", "role": "auditor"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "taken" in page
    assert "第二个" in page


def test_a_form_that_is_not_filled_in_says_so(world: World, admin: Client) -> None:
    assert admin.post("/accounts/", {"login": ""}).status_code == 400


def test_a_new_link_for_an_account(world: World, admin: Client) -> None:
    assert admin.post(f"/accounts/{world.accounts['commander'].pk}/link/").status_code == 302
    assert "/first/" in admin.get("/accounts/").content.decode()


@pytest.fixture
def granter(world: World) -> Client:
    """The security administrator's browser."""
    return world.client_of("security_admin")


def test_role_and_part_of_the_tree_are_changed(world: World, granter: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "_offers", [lambda: [("OF/T1", "栗雨街道"), ("OF/T2", "泰山街道")]])
    account = world.accounts["town_officer"]
    granter.post(f"/accounts/{account.pk}/role/", {"role": "town_officer", "unit_path": "OF/T2"})
    assert Account.objects.get(pk=account.pk).unit_path == "OF/T2"
    assert "泰山街道" in granter.get("/accounts/").content.decode()


def test_a_role_that_makes_no_sense_is_refused_with_a_page(world: World, granter: Client) -> None:
    answer = granter.post(f"/accounts/{world.accounts['auditor'].pk}/role/", {"role": "town_officer"})
    assert answer.status_code == 400


def test_accounts_are_switched_off_and_on(world: World, admin: Client) -> None:
    pk = world.accounts["commander"].pk
    for _ in range(2):  # a double click does no harm
        admin.post(f"/accounts/{pk}/switch/", {"to": "off"})
    assert not Account.objects.get(pk=pk).active
    assert "Switched off" in admin.get("/accounts/").content.decode()
    admin.post(f"/accounts/{pk}/switch/", {"to": "on"})
    assert Account.objects.get(pk=pk).active


def test_an_account_that_does_not_exist_is_not_found(world: World, admin: Client) -> None:
    assert admin.post("/accounts/999999/link/").status_code == 404


def test_every_act_of_the_administrator_names_him(world: World, admin: Client) -> None:
    admin.post(f"/accounts/{world.accounts['commander'].pk}/link/")
    assert Entry.objects.latest("pk").actor == world.actor("system_admin").ref


def test_where_no_town_is_on_the_books_the_form_says_when_towns_come(world: World, admin: Client) -> None:
    said = "the towns come with the roster"
    assert said not in admin.get("/accounts/").content.decode()
    Member.objects.all().delete()
    for kind in ("village", "team", "town"):
        Unit.objects.filter(kind=kind).delete()
    assert said in admin.get("/accounts/").content.decode()
