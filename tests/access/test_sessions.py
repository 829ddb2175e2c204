"""Where one is signed in, ended sessions, one cookie in two browsers, and networks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client, RequestFactory

from muster.access.models import SignIn
from muster.access.sessions import actions
from muster.access.sessions.networks import client_address, inside, parse_networks
from muster.access.sessions.reads import browser_word, sessions_of
from muster.core.errors import Conflict
from muster.journal.models import Entry
from tests.world import PASSWORD, World

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36"


def signed_in(login: str, agent: str = FIREFOX, address: str = "10.1.2.3") -> Client:
    client = Client(headers={"Accept-Language": "en", "User-Agent": agent}, REMOTE_ADDR=address)
    assert client.post("/login/", {"login": login, "password": PASSWORD}).status_code == 302
    return client


def test_the_list_says_where_and_since_when(world: World, at: Callable[[str], datetime]) -> None:
    desk = signed_in("auditor")
    signed_in("auditor", CHROME, "10.9.9.9")
    at("2026-07-14 14:25")
    page = desk.get("/account/").content.decode()
    for said in ("Firefox · Windows", "10.1.2.3", "Chrome · Linux", "10.9.9.9", "this one", "since 07-14 14:20"):
        assert said in page
    assert SignIn.objects.get(address="10.1.2.3").seen_at == at("2026-07-14 14:25")
    assert str(SignIn.objects.first()).startswith("session of")


def test_one_session_or_all_others_are_ended_at_once(world: World) -> None:
    desk, phone, other = signed_in("auditor"), signed_in("auditor", CHROME), signed_in("auditor", CHROME)
    gone = SignIn.objects.get(session_key=phone.session.session_key)
    assert desk.post("/account/sessions/end/", {"which": gone.pk}).status_code == 302
    assert phone.get("/journal/").status_code == 302
    assert other.get("/journal/").status_code == 200
    desk.post("/account/sessions/end/", {"which": "others"})
    assert other.get("/journal/").status_code == 302
    assert desk.get("/journal/").status_code == 200
    assert Entry.objects.filter(action="session.ended").count() == 2


def test_nobody_ends_the_session_of_another(world: World) -> None:
    signed_in("office_head")
    foreign = SignIn.objects.get(user=world.accounts["office_head"].user)
    assert signed_in("auditor").post("/account/sessions/end/", {"which": foreign.pk}).status_code == 409
    with pytest.raises(Conflict, match=r"access\.session_gone"):
        actions.end_one(world.actor("auditor"), world.accounts["auditor"].user, foreign.pk)


def test_one_cookie_in_two_kinds_of_browser_ends_the_session_in_both(world: World) -> None:
    desk = signed_in("auditor")
    thief = Client(headers={"User-Agent": CHROME, "Accept-Language": "en"})
    thief.cookies = desk.cookies
    answer = thief.get("/journal/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?shared=1")
    assert (
        "turned up in another browser"
        in Client(headers={"Accept-Language": "en"}).get("/login/?shared=1").content.decode()
    )
    assert desk.get("/journal/").status_code == 302
    assert Entry.objects.get(action="session.shared").actor == world.actor("auditor").ref


def test_two_windows_of_one_browser_share_a_session_and_its_end(world: World) -> None:
    one = signed_in("auditor")
    two = Client(headers={"User-Agent": FIREFOX}, REMOTE_ADDR="10.1.2.3")
    two.cookies = one.cookies.copy()
    assert two.get("/journal/").status_code == 200
    one.post("/logout/")
    assert two.get("/journal/").status_code == 302
    assert not SignIn.objects.exists()


def test_a_shared_session_without_an_account_is_ended_too(world: World) -> None:
    browser = signed_in("outsider")
    browser.get("/account/", headers={"User-Agent": CHROME})
    assert Entry.objects.get(action="session.shared").actor == "stranger"


def test_sessions_that_are_over_leave_the_list(world: World, at: Callable[[str], datetime]) -> None:
    signed_in("auditor")
    user = world.accounts["auditor"].user
    at("2026-07-15 14:20")
    assert sessions_of(user, "") == []
    signed_in("auditor")
    assert SignIn.objects.filter(user=user).count() == 1


def test_a_session_that_is_not_listed_yet_is_listed_when_seen(world: World) -> None:
    browser = signed_in("auditor")
    SignIn.objects.all().delete()
    assert browser.get("/journal/").status_code == 200
    assert SignIn.objects.count() == 1


def test_without_a_session_nothing_is_kept_or_forgotten(world: World) -> None:
    request = RequestFactory().get("/")
    request.session = Client().session
    request.session._session_key = None
    actions.keep(request, world.outsider)
    actions.forget(None)
    actions.forget(request)
    assert not SignIn.objects.filter(user=world.outsider).exists()


def test_browsers_are_named_in_short() -> None:
    assert browser_word(FIREFOX) == "Firefox · Windows"
    assert browser_word("curl/8") == ""


@pytest.mark.parametrize(
    ("address", "networks", "fits"),
    [
        ("10.20.3.4", "10.20.0.0/16", True),
        ("10.21.3.4", "10.20.0.0/16", False),
        ("::ffff:10.20.3.4", "10.20.0.0/16", True),
        ("fd00::5", "10.0.0.0/8, fd00::/8", True),
        ("fe80::1%eth0", "fe80::/10", True),
        ("2001:db8::1", "fd00::/8", False),
        ("192.0.2.7", "192.0.2.7", True),
        ("not an address", "0.0.0.0/0", False),
        ("", "0.0.0.0/0,::/0", False),
    ],
)
def test_addresses_in_networks(address: str, networks: str, fits: bool) -> None:
    assert inside(address, parse_networks(networks)) is fits


def test_a_slip_in_the_list_stops_the_start() -> None:
    assert parse_networks("") == ()
    with pytest.raises(ValueError, match=r"10\.0\.0"):
        parse_networks("10.0.0/8")


@pytest.mark.parametrize(
    ("connected", "forwarded", "asker"),
    [
        ("10.0.0.9", "192.0.2.5", "10.0.0.9"),  # no known proxy: what it says of others proves nothing
        ("127.0.0.1", "192.0.2.5", "192.0.2.5"),
        ("127.0.0.1", "10.1.1.1, 192.0.2.5", "192.0.2.5"),  # the left one was written by the asker
        ("127.0.0.1", "192.0.2.5, 127.0.0.2", "192.0.2.5"),
        ("127.0.0.1", "", "127.0.0.1"),
    ],
)
def test_who_asks_behind_a_proxy(connected: str, forwarded: str, asker: str) -> None:
    meta = {"REMOTE_ADDR": connected, "HTTP_X_FORWARDED_FOR": forwarded}
    assert client_address(meta, parse_networks("127.0.0.0/8")) == asker


@pytest.mark.parametrize(("language", "said"), [("en", "This network may not open"), ("zh-hans", "此网络不允许访问")])
def test_other_networks_get_a_clear_page_and_members_still_answer(
    world: World, settings: object, language: str, said: str
) -> None:
    settings.MUSTER_ALLOWED_NETWORKS = parse_networks("10.0.0.0/8")
    outside = Client(headers={"Accept-Language": language}, REMOTE_ADDR="192.0.2.5")
    for path in ("/login/", "/duty/", "/journal/"):
        answer = outside.get(path)
        assert answer.status_code == 403
        assert said in answer.content.decode()
    for path in ("/r/unknown", "/gateway/sms/actual/reports"):
        assert said not in outside.get(path).content.decode()
    assert Client(REMOTE_ADDR="10.3.4.5").get("/login/").status_code == 200
    signed = world.client_of("auditor", language=language, REMOTE_ADDR="192.0.2.5").get("/journal/")
    assert signed.status_code == 403
    assert "auditor" not in signed.content.decode()
