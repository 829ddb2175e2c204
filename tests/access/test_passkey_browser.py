"""The real sign-in in Chromium: a passkey of a virtual authenticator, codes on a phone, nothing blocked by the policy."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.access.test_second_factor import code_at
from tests.desk.test_browser import chromium
from tests.live.test_thirty_pages import PASSWORD
from tests.server import Home, RunningHome

__all__ = ["chromium"]
pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.django_db(databases=[])]

SETTING = f"""
from muster.access.actions import make_account, use_link
from muster.access.rights import SYSTEM
for login in ("eyes", "ears"):
    account, token = make_account(SYSTEM, login=login, name=login, role="auditor")
    use_link(token, {PASSWORD!r})
"""


def sign_in(page: Page, login: str) -> None:
    page.goto("/login/")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("#login")


def sign_out(page: Page) -> None:
    page.goto("/logout/")
    page.click("#logout-now")


def confirm(page: Page) -> None:
    page.wait_for_url("**/account/confirm/**")
    page.fill("[name=password]", PASSWORD)
    page.click("#confirm")


def test_a_passkey_and_codes_are_set_up_and_open_the_door(
    new_home: Callable[..., Home], start_home: Callable[..., RunningHome], chromium: Browser
) -> None:
    home = new_home()
    home.init()
    home.python(SETTING)
    address = start_home(home).address.replace("127.0.0.1", "localhost")  # passkeys belong to names, not to numbers
    page = chromium.new_context(base_url=address, locale="en").new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    sign_in(page, "eyes")
    page.goto("/account/factor/")
    page.click("#key-on")
    confirm(page)
    page.fill("#id_name", "desk key")
    page.click("#key-make")
    page.wait_for_url("**/account/factor/recovery/")
    page.click("#recovery-kept")
    assert "desk key" in page.inner_text("#factor-keys")
    sign_out(page)
    sign_in(page, "eyes")
    page.wait_for_url("**/login/factor/")
    page.goto("/journal/")
    assert "/login/" in page.url  # the password alone opens nothing
    page.click("#key-use")
    page.wait_for_url(lambda url: "/login/" not in url)
    page.goto("/journal/")
    assert page.locator("#journal").count() == 1
    sign_out(page)
    sign_in(page, "ears")
    page.goto("/account/factor/codes/")
    confirm(page)
    secret = (page.text_content("#secret") or "").replace(" ", "")
    assert page.evaluate("document.querySelector('#codes-form img').naturalWidth") > 0  # the picture is one
    page.fill("#id_code", code_at(secret, time.time()))
    page.click("#codes-done")
    page.wait_for_url("**/account/factor/recovery/")
    code = (page.text_content("#recovery li") or "").strip()
    sign_out(page)
    sign_in(page, "ears")
    page.fill("#id_code", code)
    page.click("#code-done")
    page.wait_for_url(lambda url: "/login/" not in url)
    assert not [line for line in said if re.search("Content Security|Refused", line)]
