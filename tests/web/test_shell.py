"""The shell of every page: who sees which links, languages, theme, exercise stripe, security headers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from muster.access.rights import RIGHTS, Actor, Right
from muster.jobs import clock
from muster.web import context
from tests.world import World

FIRST_PAGES = {
    "office_head": "/duty/",
    "commander": "/duty/",
    "duty_officer": "/duty/",
    "town_officer": "/town/",
    "village_lead": "/village/",
    "member": "/me/",
    "auditor": "/duty/",
    "wall_screen": "/wall/",
    "system_admin": "/accounts/",
    "security_admin": "/accounts/",
    "staff": "/duty/",
    "depot_keeper": "/plans/",
    "trainer": "/people/",
    "drone_crew": "/plans/",
    "gate_guard": "/account/",
    "partner": "/shared/",
    "unassigned": "/account/",
}


@pytest.mark.parametrize("role", sorted(RIGHTS))
def test_the_navigation_shows_what_the_role_may_open(role: str) -> None:
    actor = Actor("account:1", "", role)
    links = context.links_for(actor)
    assert {link.right for link in links} == {link.right for link in context.NAVIGATION if actor.may(link.right)}
    assert (links[0].url if links else "/account/") == FIRST_PAGES[role]


def test_strangers_get_no_navigation() -> None:
    assert context.links_for(None) == []


@pytest.mark.parametrize("role", sorted(FIRST_PAGES))
def test_the_first_page_sends_everybody_to_his_own(world: World, role: str) -> None:
    answer = world.client_of(role).get("/")
    assert (answer.status_code, answer["Location"]) == (302, FIRST_PAGES[role])


def test_the_first_page_sends_strangers_to_the_login(world: World) -> None:
    assert world.client_of(None).get("/")["Location"].startswith("/login/")
    assert world.client_of("outsider").get("/").status_code == 403


def test_a_role_without_pages_of_its_own_lands_on_its_account(world: World) -> None:
    assert world.client_of("gate_guard").get("/")["Location"] == "/account/"


def test_the_language_is_switched_and_kept(world: World) -> None:
    client = world.client_of("commander", language="zh-hans")
    assert "一切平静" in client.get("/duty/").content.decode()
    client.post("/language/", {"language": "en", "next": "/duty/"})
    assert "All quiet" in client.get("/duty/").content.decode()


@pytest.mark.parametrize(("cookie", "written"), [("dark", 'data-bs-theme="dark"'), ("light", 'data-bs-theme="light"')])
def test_the_chosen_theme_is_drawn_by_the_server(world: World, cookie: str, written: str) -> None:
    client = world.client_of("commander")
    client.cookies[context.THEME_COOKIE] = cookie
    assert written in client.get("/duty/").content.decode()


def test_a_forged_theme_is_ignored(world: World) -> None:
    client = world.client_of("commander")
    client.cookies[context.THEME_COOKIE] = "nonsense"
    assert "data-bs-theme=" not in client.get("/duty/").content.decode()


def test_the_policy_allows_no_inline_code_and_no_outside_address(world: World) -> None:
    answer = world.client_of("commander").get("/duty/")
    policy = answer["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    nonce = re.search(r'<script type="importmap" nonce="([^"]+)"', answer.content.decode())
    assert nonce
    assert f"'nonce-{nonce.group(1)}'" in policy


def test_an_exercise_home_wears_the_stripe_on_every_page(world: World) -> None:
    page = world.client_of("commander")
    assert 'class="stripe"' not in page.get("/duty/").content.decode()
    (Path(settings.HOME) / clock.MARKER).touch()
    assert 'class="stripe"' in page.get("/duty/").content.decode()


def test_only_those_who_may_see_people_get_the_search_box(world: World) -> None:
    assert Right.SEE_PEOPLE in RIGHTS["duty_officer"]
    assert 'id="find"' in world.client_of("duty_officer").get("/duty/").content.decode()
    assert 'id="find"' not in world.client_of("system_admin").get("/accounts/").content.decode()


def test_the_user_menu_names_role_and_person_and_signs_out_by_post(client: Client, world: World) -> None:
    body = world.client_of("auditor").get("/duty/").content.decode()
    assert "Auditor" in body
    assert '<form action="/logout/" method="post">' in body
