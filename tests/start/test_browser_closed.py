"""A browser closed while a workbook is on its way or being taken in: the office finds it done, or begins anew."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.desk.test_browser import chromium
from tests.live.test_thirty_pages import PASSWORD
from tests.people.makers import person, roster
from tests.postgres import new_database
from tests.server import Home, RunningHome, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.django_db(databases=[])]
__all__ = ["chromium"]

PEOPLE = 600
HEAD = f"""
from muster.access.actions import make_account, use_link
from muster.access.rights import SYSTEM
account, token = make_account(SYSTEM, login="head", name="head", role="office_head")
use_link(token, {PASSWORD!r})
"""
STATE = """
import json
from muster.apps.people import vault
from muster.apps.people.models import ImportRun, Member
print(json.dumps({
    "runs": list(ImportRun.objects.order_by("pk").values_list("state", flat=True)),
    "people": Member.objects.count(),
    "files": sorted(one.name for one in vault.folder().iterdir() if one.suffix != ".lock"),
}))
"""


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningHome]:
    url = os.environ.get("MUSTER_DATABASE_URL", "")
    home = Home(tmp_path / "home", new_database(url) if url else "")
    home.init()
    home.python(HEAD)
    started = RunningHome(home)
    yield started
    started.stop()


def state(running: RunningHome) -> dict[str, object]:
    return json.loads(running.home.python(STATE))


def sit_down(running: RunningHome, chromium: Browser) -> Page:
    page = chromium.new_context(base_url=running.address, locale="en").new_page()
    page.goto("/login/")
    page.fill("[name=login]", "head")
    page.fill("[name=password]", PASSWORD)
    page.click("#login")
    page.wait_for_url("**/start/")
    return page


def bring(page: Page, file: Path) -> None:
    page.set_input_files("[name=file]", file)
    page.check("[name=datum][value=wgs84]")
    page.click("#upload")


def test_the_import_goes_on_without_the_browser_and_the_next_one_shows_it_done(
    running: RunningHome, chromium: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "roster.xlsx"
    file.write_bytes(roster([person(n) for n in range(1, PEOPLE + 1)]))
    page = sit_down(running, chromium)
    bring(page, file)
    expect(page.locator("[data-state]").first).to_be_visible(timeout=30_000)
    before = page.locator("[data-state]").first.get_attribute("data-state")
    page.context.close()  # the machine is switched off, nobody looks on
    assert before != "done", "the browser was closed too late for this test to mean anything"

    wait_until(lambda: state(running)["runs"] == ["done"], 90)
    assert state(running)["people"] == PEOPLE
    again = sit_down_again(running, chromium)
    expect(again.locator('[data-state="done"]')).to_be_visible(timeout=30_000)
    again.context.close()


def sit_down_again(running: RunningHome, chromium: Browser) -> Page:
    page = chromium.new_context(base_url=running.address, locale="en").new_page()
    page.goto("/login/")
    page.fill("[name=login]", "head")
    page.fill("[name=password]", PASSWORD)
    page.click("#login")
    page.wait_for_url(re.compile(r"/(duty|start)/"))
    page.goto("/start/")
    return page


def test_a_browser_closed_before_the_file_has_arrived_leaves_nothing_behind(
    running: RunningHome, tmp_path: Path
) -> None:
    """Half of the upload comes, then the connection is gone: no run, no file, and the whole file is taken afterwards."""
    data = roster([person(n) for n in range(1, 61)])
    with httpx.Client(base_url=running.address, trust_env=False, headers={"Referer": running.address}) as browser:
        given = {"login": "head", "password": PASSWORD, "csrfmiddlewaretoken": token_of(browser.get("/login/").text)}
        browser.post("/login/", data=given)
        form = {"datum": "wgs84", "csrfmiddlewaretoken": token_of(browser.get("/start/").text)}
        upload = browser.build_request("POST", "/start/", data=form, files={"file": ("roster.xlsx", data)})
        send_half(running.address, upload.headers.multi_items(), upload.read())
        wait_until(running.answers)
        assert state(running) == {"runs": [], "people": 0, "files": []}

        assert browser.post("/start/", data=form, files={"file": ("roster.xlsx", data)}).status_code == 302
    wait_until(lambda: state(running)["runs"] == ["done"], 90)
    assert state(running)["people"] == 60


def token_of(page: str) -> str:
    found = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)
    assert found
    return found.group(1)


def send_half(address: str, headers: list[tuple[str, str]], body: bytes) -> None:
    """A request whose second half never comes."""
    place = urlsplit(address)
    lines = ["POST /start/ HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    with socket.create_connection((place.hostname or "", place.port or 0), timeout=10) as link:
        link.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body[: len(body) // 2])


def test_two_offices_bring_a_file_at_the_same_moment(running: RunningHome, chromium: Browser, tmp_path: Path) -> None:
    """Two browsers press at once: one file is taken in, the other waits to be looked at, and nobody stands there twice."""
    files = []
    for name, first in (("a", 1), ("b", 31)):
        files.append(tmp_path / f"{name}.xlsx")
        files[-1].write_bytes(roster([person(n) for n in range(first, first + 60)]))  # thirty people stand in both
    pages = [sit_down(running, chromium) for _ in files]
    for page, file in zip(pages, files, strict=True):
        page.set_input_files("[name=file]", file)
        page.check("[name=datum][value=wgs84]")
    for page in pages:
        page.locator("#upload").click(no_wait_after=True)
    wait_until(lambda: state(running)["runs"] == ["done", "checked"], 90)
    assert state(running)["people"] == 60
    for page in pages:
        page.context.close()
