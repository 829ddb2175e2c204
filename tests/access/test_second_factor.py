"""Codes by time, recovery codes, roles that must have them: through the pages, against the standard's own numbers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from collections.abc import Callable
from datetime import datetime

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from muster.access.models import SignIn
from muster.access.second_factor import actions
from muster.core.errors import Conflict, NotAllowed
from muster.journal.models import Entry
from tests.world import PASSWORD, World

# RFC 6238 appendix B, SHA-1: seconds, eight digits (the last six are those of a six-digit code)
VECTORS = [
    (59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"), (1234567890, "89005924"),
    (2000000000, "69279037"), (20000000000, "65353130"),
]  # fmt: skip
SECRET = base64.b32encode(b"12345678901234567890").decode()


def code_at(secret: str, seconds: float) -> str:
    """RFC 6238 written down once more, to be held against the published numbers and then used as the phone."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(seconds) // 30), hashlib.sha1).digest()
    start = digest[19] & 15
    return f"{(int.from_bytes(digest[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06d}"


@pytest.mark.parametrize(("seconds", "digits"), VECTORS)
def test_codes_are_those_of_the_standard(seconds: int, digits: str) -> None:
    assert code_at(SECRET, seconds) == digits[-6:]
    assert format_hotp_value(hotp_value(SECRET, seconds // 30)) == digits[-6:]


@pytest.fixture(autouse=True)
def _no_tries_left_over(db: None) -> None:
    cache.clear()


def enter(login: str = "auditor") -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.post("/login/", {"login": login, "password": PASSWORD})
    return client


def set_up(client: Client) -> tuple[str, list[str]]:
    """(secret, recovery codes) of a fresh set-up, as its user sees them."""
    asked = client.get("/account/factor/codes/")
    assert asked["Location"].startswith("/account/confirm/")
    assert client.post(asked["Location"], {"password": "wrong"}).status_code == 200
    assert client.post(asked["Location"], {"password": PASSWORD})["Location"] == "/account/factor/codes/"
    page = client.get("/account/factor/codes/").content.decode()
    assert "data:image/svg+xml;base64," in page
    secret = re.search(r'id="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    assert client.post("/account/factor/codes/", {"code": "000000"}).status_code == 200
    done = client.post("/account/factor/codes/", {"code": code_at(secret, time.time())})
    assert done["Location"] == "/account/factor/recovery/"
    codes = re.findall(r'<li class="col-6">(\w+)</li>', client.get("/account/factor/recovery/").content.decode())
    assert len(codes) == 10
    assert "not shown again" in client.get("/account/factor/recovery/").content.decode()
    return secret, codes


@pytest.mark.django_db(transaction=True)  # some entries are written after the commit
def test_the_password_alone_opens_nothing_any_more(world: World, at: Callable[[str], datetime]) -> None:
    secret, codes = set_up(enter())
    assert "Set up on 2026-07-14" in world.client_of("auditor").get("/account/factor/").content.decode()
    row = Authenticator.objects.get(type="totp")
    assert secret not in str(row.data)
    at("2026-07-14 14:30")
    client = enter()
    assert client.get("/journal/").status_code == 302
    page = client.get("/login/factor/").content.decode()
    assert "Use a passkey" in page
    assert "does not fit" in client.post("/login/factor/", {"code": "123456"}).content.decode()
    client.post("/login/factor/", {"code": code_at(secret, time.time())})
    assert client.get("/journal/").status_code == 200
    again = enter()
    again.post("/login/factor/", {"code": code_at(secret, time.time())})  # the same digits a second time
    assert again.get("/journal/").status_code == 302
    again.post("/login/factor/", {"code": codes[0]})
    assert again.get("/journal/").status_code == 200
    third = enter()
    third.post("/login/factor/", {"code": codes[0]})
    assert third.get("/journal/").status_code == 302
    acts = set(Entry.objects.filter(stream__name="security").values_list("action", flat=True))
    assert {"factor.added", "factor.failed"} <= acts


@pytest.mark.django_db(transaction=True)  # some entries are written after the commit
def test_it_is_taken_away_by_its_user_unless_the_role_needs_it(world: World, settings: object) -> None:
    client = enter()
    set_up(client)
    settings.MUSTER_MFA_REQUIRED = frozenset({"auditor"})
    page = client.get("/account/factor/codes/off/").content.decode()
    assert "Your role needs a second factor" in page
    assert client.post("/account/factor/codes/off/").status_code == 200
    settings.MUSTER_MFA_REQUIRED = frozenset()
    assert client.post("/account/factor/codes/off/").status_code == 302
    assert not Authenticator.objects.exists()
    assert Entry.objects.filter(action="factor.removed").exists()


def test_a_role_that_needs_one_sets_it_up_before_all_else(world: World, settings: object) -> None:
    settings.MUSTER_MFA_REQUIRED = frozenset({"auditor"})
    client = enter()
    assert client.get("/journal/")["Location"] == "/account/factor/"
    assert "Your role needs a second factor" in client.get("/account/factor/").content.decode()
    set_up(client)
    assert client.get("/journal/").status_code == 200
    assert enter("commander").get("/duty/").status_code == 200


@pytest.mark.django_db(transaction=True)  # some entries are written after the commit
def test_new_recovery_codes_kill_the_old(world: World) -> None:
    client = enter()
    _secret, old = set_up(client)
    assert "10 old ones are left" in client.get("/account/factor/recovery/new/").content.decode()
    client.post("/account/factor/recovery/new/")
    assert old[0] not in client.get("/account/factor/recovery/").content.decode()
    assert Entry.objects.filter(action="factor.codes_made").exists()


def test_lost_ones_are_taken_off_by_the_security_administrator_alone(world: World) -> None:
    client, account = enter(), world.accounts["auditor"]
    set_up(client)
    with pytest.raises(NotAllowed):
        actions.take_off(world.actor("system_admin"), account)
    with pytest.raises(Conflict, match=r"access\.own_account"):
        actions.take_off(world.actor("security_admin"), world.accounts["security_admin"])
    granter = world.client_of("security_admin")
    assert "Take second factor off" in granter.get("/accounts/").content.decode()
    granter.post(f"/accounts/{account.pk}/factor/")
    assert not Authenticator.objects.exists()
    assert not SignIn.objects.filter(user=account.user).exists()
    assert client.get("/journal/").status_code == 302
    assert Entry.objects.filter(action="factor.taken_off").exists()


def test_factors_of_users_without_an_account_are_journaled_as_strangers(world: World) -> None:
    actions.note("failed", world.outsider, "totp")
    assert Entry.objects.latest("pk").actor == "stranger"
