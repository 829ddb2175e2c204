"""The first minutes of an office in a real browser over HTTPS: the one-time link, a password, signing in, a second cookie."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.server import Home, RunningHome

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.django_db(databases=[])]
PASSWORD = "quiet rivers run deep"


@pytest.fixture
def chromium() -> Iterator[Browser]:
    path = os.environ.get("MUSTER_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def test_the_first_administrator_sets_a_password_and_signs_in(
    new_home: Callable[..., Home], start_home: Callable[..., RunningHome], chromium: Browser
) -> None:
    home = new_home()
    link = home.init()
    for words in (["make-ca"], ["issue", "localhost", "127.0.0.1"]):
        assert home.muster("certs", *words).returncode == 0
    running = start_home(home)
    page = chromium.new_context(ignore_https_errors=True, locale="en-GB").new_page()
    page.goto(running.address.rstrip("/") + link)
    assert page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol") == "h2"
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.click("#set-password")
    page.wait_for_url("**/login/?first=1")
    page.fill("[name=login]", "admin")
    page.fill("[name=password]", PASSWORD)
    page.click("#login")
    page.wait_for_url(lambda url: "/login/" not in url)
    page.context.add_cookies([{"name": "muster_language", "value": "zh-hans", "url": running.address}])
    page.reload()  # three cookies now
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    assert "/login/" not in page.url
