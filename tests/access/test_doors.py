"""Login, lock-out, first password, password change: through the pages, as a browser does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.contrib.auth.signals import user_logged_out
from django.core.cache import cache
from django.test import Client

from muster.access import actions
from muster.access.rights import SYSTEM
from muster.journal.models import Entry
from tests.world import PASSWORD, World

NEW = "a much better password"


@pytest.fixture(autouse=True)
def _no_wrong_tries_left_over(db: None) -> None:
    cache.clear()


def browser() -> Client:
    return Client(enforce_csrf_checks=False, headers={"Accept-Language": "en"})


def sign_in(client: Client, login: str, password: str, **more: str) -> object:
    return client.post("/login/", {"login": login, "password": password, **more})


def last_act() -> Entry:
    return Entry.objects.filter(stream__name="security").latest("seq")


def test_the_login_page_is_our_own(world: World) -> None:
    page = browser().get("/login/").content.decode()
    assert "Sign in" in page
    assert "signup" not in page.lower()
    assert "allauth" not in page.lower()


def test_the_right_password_opens_and_is_journaled(world: World) -> None:
    answer = sign_in(browser(), "duty_officer", PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    entry = last_act()
    assert (entry.action, entry.actor) == ("login.done", world.actor("duty_officer").ref)


def test_capital_letters_in_the_name_do_not_matter(world: World) -> None:
    assert sign_in(browser(), " Duty_Officer ", PASSWORD).status_code == 302


def test_after_login_one_is_where_one_wanted_to_go(world: World) -> None:
    assert sign_in(browser(), "auditor", PASSWORD, next="/journal/")["Location"] == "/journal/"


def test_nobody_is_sent_to_a_foreign_site(world: World) -> None:
    assert sign_in(browser(), "auditor", PASSWORD, next="https://elsewhere.example/")["Location"] == "/"


def test_a_wrong_password_says_so_in_one_sentence_and_is_journaled(world: World) -> None:
    answer = sign_in(browser(), "duty_officer", "wrong")
    assert "Name or password is wrong" in answer.content.decode()
    entry = last_act()
    assert (entry.action, entry.payload["account"]) == ("login.failed", world.accounts["duty_officer"].pk)


def test_an_unknown_name_is_answered_alike_and_not_kept(world: World) -> None:
    answer = sign_in(browser(), "my-secret-password", "wrong")
    assert "Name or password is wrong" in answer.content.decode()
    assert last_act().payload == {}


def test_five_wrong_passwords_lock_the_name_even_for_the_right_one(world: World, at: Callable[[str], datetime]) -> None:
    client = browser()
    for _ in range(5):
        sign_in(client, "duty_officer", "wrong")
    for _ in range(3):
        assert "Too many wrong passwords" in sign_in(client, "duty_officer", PASSWORD).content.decode()
    locked = Entry.objects.filter(action="login.locked")
    assert [entry.payload["account"] for entry in locked] == [world.accounts["duty_officer"].pk]
    assert sign_in(browser(), "commander", PASSWORD).status_code == 302
    at("2026-07-14 14:26")
    assert sign_in(client, "duty_officer", PASSWORD).status_code == 302


def test_a_lock_holds_whatever_letters_are_typed(world: World) -> None:
    for name in ("auditor", "Auditor", "AUDITOR", "auditoR", "aUditor"):
        sign_in(browser(), name, "wrong")
    assert "Too many wrong passwords" in sign_in(browser(), "auditor", PASSWORD).content.decode()


def test_a_switched_off_account_gets_a_calm_page(world: World) -> None:
    actions.switch_off(SYSTEM, world.accounts["auditor"])
    answer = browser().post("/login/", {"login": "auditor", "password": PASSWORD}, follow=True)
    assert answer.status_code == 200
    assert "may not sign in" in answer.content.decode()


def test_signing_out_takes_a_button_not_a_link(world: World) -> None:
    client = world.client_of("auditor")
    assert "Sign out" in client.get("/logout/").content.decode()
    assert client.get("/journal/").status_code == 200
    assert client.post("/logout/").status_code == 302
    assert client.get("/journal/").status_code == 302
    assert last_act().action == "login.ended"


def test_signing_out_as_a_stranger_does_nothing(world: World) -> None:
    before = Entry.objects.count()
    assert browser().post("/logout/").status_code == 302
    user_logged_out.send(sender=None, request=None, user=None)
    assert Entry.objects.count() == before


def test_the_first_link_sets_the_password_and_leads_to_the_login(world: World) -> None:
    _, token = actions.make_account(SYSTEM, login="newcomer", name="x", role="auditor")
    client = browser()
    page = client.get(f"/first/{token}/")
    assert (
        page["Referrer-Policy"] == "same-origin"
    )  # told to nobody else, and browsers still say where the form is from
    assert "newcomer" in page.content.decode()
    answer = client.post(f"/first/{token}/", {"password": NEW, "again": NEW})
    assert answer["Location"] == "/login/?first=1"
    assert "Sign in with it now" in client.get(answer["Location"]).content.decode()
    assert sign_in(client, "newcomer", NEW).status_code == 302
    assert client.get(f"/first/{token}/").status_code == 404


def test_looking_at_the_first_link_uses_nothing_up(world: World) -> None:
    token = actions.new_link(SYSTEM, world.accounts["auditor"])
    for _ in range(3):
        assert browser().get(f"/first/{token}/").status_code == 200


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"password": NEW, "again": "something else"}, "differ"),
        ({"password": "short", "again": "short"}, "10"),
        ({"password": "1234567890", "again": "1234567890"}, "common"),
        ({"password": "", "again": ""}, "required"),
    ],
)
def test_a_refused_first_password_says_why(world: World, typed: dict[str, str], said: str) -> None:
    token = actions.new_link(SYSTEM, world.accounts["auditor"])
    page = browser().post(f"/first/{token}/", typed)
    assert page.status_code == 200
    assert said in page.content.decode()
    assert actions.link_of(token)


def test_a_forged_link_is_not_found(world: World) -> None:
    assert browser().get("/first/forged/").status_code == 404
    assert browser().post("/first/forged/", {"password": NEW, "again": NEW}).status_code == 404


def test_one_changes_the_own_password_and_signs_in_anew(world: World) -> None:
    client, other = world.client_of("auditor"), world.client_of("auditor")
    assert "Change password" in client.get("/password/").content.decode()
    answer = client.post("/password/", {"old_password": PASSWORD, "password": NEW, "again": NEW})
    assert answer["Location"] == "/login/?first=1"
    assert other.get("/journal/").status_code == 302
    assert sign_in(browser(), "auditor", NEW).status_code == 302


def test_a_wrong_present_password_is_told_beside_its_field(world: World) -> None:
    page = world.client_of("auditor").post("/password/", {"old_password": "no", "password": NEW, "again": NEW})
    assert "present password is wrong" in page.content.decode()


def test_a_weak_new_password_is_told(world: World) -> None:
    weak = {"old_password": PASSWORD, "password": "1234567890", "again": "1234567890"}
    assert "common" in world.client_of("auditor").post("/password/", weak).content.decode()


def test_forms_need_the_token_of_the_page(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/login/", {"login": "auditor", "password": PASSWORD}).status_code == 403


def test_nobody_signs_up(world: World) -> None:
    from muster.access.adapter import ClosedAdapter

    assert not ClosedAdapter().is_open_for_signup(None)
