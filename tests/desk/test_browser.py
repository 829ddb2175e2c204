"""The duty page in a real browser: live without reloading, by keyboard, by night, on a phone, without the outside world."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.live.test_thirty_pages import ACT, PASSWORD, SETTING
from tests.postgres import new_database
from tests.server import Home, RunningHome

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.django_db(databases=[])]
SECONDS = 1000.0
PLACE = """
from muster.apps.plans.models import Site
print(Site.objects.create(slug="pier", zh="码头", en="Pier", lon=113.01, lat=27.71).pk)
"""
PLACED = "one => JSON.stringify(one.getBoundingClientRect())"
GL = ["--no-sandbox", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]


@pytest.fixture
def chromium() -> Iterator[Browser]:
    path = os.environ.get("MUSTER_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=GL)
        yield browser
        browser.close()


@dataclass
class Desk:
    """A running system with one open incident, and what the browser complained about."""

    running: RunningHome
    incident: int
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def sit_down(self, browser: Browser, **options: object) -> tuple[BrowserContext, Page]:
        context = browser.new_context(base_url=self.running.address, locale="en", **options)
        page = context.new_page()
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda asked: self._note(asked.url))
        page.goto("/login/")
        page.fill("[name=login]", "desk")
        page.fill("[name=password]", PASSWORD)
        page.click("#login")
        page.wait_for_url(f"**/duty/{self.incident}/")
        return context, page

    def _note(self, url: str) -> None:
        if not url.startswith((self.running.address, "blob:", "data:")):
            self.outside.append(url)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningHome, int]]:
    """One running system with one open incident for all tests of this file."""
    url = os.environ.get("MUSTER_DATABASE_URL", "")
    home = Home(tmp_path_factory.mktemp("desk") / "home", new_database(url) if url else "")
    home.init()
    number = int(home.python(SETTING))
    running = RunningHome(home)
    yield running, number
    running.stop()


@pytest.fixture
def desk(system: tuple[RunningHome, int]) -> Desk:
    return Desk(*system)


def test_the_duty_page_lives(desk: Desk, chromium: Browser) -> None:
    _context, page = desk.sit_down(chromium, viewport={"width": 1440, "height": 900})
    link = page.locator("#link-state")
    expect(link).to_have_class("on", timeout=20 * SECONDS)
    expect(page.locator("[data-map]")).to_have_attribute("data-ready", "yes", timeout=20 * SECONDS)

    page.locator("#act-pick").focus()
    before = page.locator(".event-list li").count()
    desk.running.home.python(ACT)
    expect(page.locator(".event-list li")).to_have_count(before + 1, timeout=10 * SECONDS)
    assert page.evaluate("document.activeElement.id") == "act-pick", "what was focused stays focused"

    first = page.locator("#t-clock").inner_text()
    expect(page.locator("#t-clock")).not_to_have_text(first, timeout=5 * SECONDS)
    assert (desk.complaints, desk.outside) == ([], [])
    scroll = page.evaluate("[document.scrollingElement.scrollHeight, innerHeight]")
    assert scroll[0] <= scroll[1], "the whole page is seen without scrolling"

    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("2")
    page.wait_for_url("**/pick/")
    page.go_back()
    page.wait_for_selector("#main-act")
    page.keyboard.press("Enter")
    page.wait_for_url("**/needs/")


def test_a_lost_link_is_said_and_mends_itself(desk: Desk, chromium: Browser) -> None:
    _context, page = desk.sit_down(chromium)
    link = page.locator("#link-state")
    expect(link).to_have_class("on", timeout=20 * SECONDS)
    os.kill(desk.running.process.pid, signal.SIGSTOP)  # so that the web server is not started again at once
    os.kill(desk.running.children()["web"], signal.SIGKILL)
    expect(link).to_have_class("lost", timeout=20 * SECONDS)
    assert "link lost" in link.inner_text()
    os.kill(desk.running.process.pid, signal.SIGCONT)
    expect(link).to_have_class("on", timeout=60 * SECONDS)


def test_night_and_phone(desk: Desk, chromium: Browser) -> None:
    _context, page = desk.sit_down(chromium, viewport={"width": 360, "height": 780}, color_scheme="dark")
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    wide = page.evaluate("document.scrollingElement.scrollWidth")
    assert wide <= 360, f"the page is {wide} px wide on a phone"
    page.click("#theme")
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.reload()
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.click("#language")
    expect(root).to_have_attribute("lang", "zh-hans")
    assert desk.outside == []


def test_a_tap_on_the_map_fills_the_point_and_a_chosen_place_moves_the_pin(desk: Desk, chromium: Browser) -> None:
    _context, page = desk.sit_down(chromium, viewport={"width": 1440, "height": 1400})
    pier = f"site-{int(desk.running.home.python(PLACE))}"
    page.goto("/incidents/new/")
    home = page.locator("#pick-map")
    expect(home).to_have_attribute("data-picks", "yes", timeout=20 * SECONDS)
    box = home.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    lon, lat = page.locator("[name=lon]"), page.locator("[name=lat]")
    expect(lon).to_be_visible()
    here = float(lon.input_value()), float(lat.input_value())
    page.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.3)
    there = float(lon.input_value()), float(lat.input_value())
    assert there[0] > here[0], "to the right is east"
    assert there[1] > here[1], "up is north"
    assert page.locator("[name=datum]").input_value() == "wgs84"
    pin = home.locator(".site-pin, .plain-site")
    expect(pin).to_have_count(1)

    before = pin.evaluate(PLACED)
    page.select_option("[name=spot]", pier)
    expect(lon).to_have_value("")
    expect(pin).to_have_count(1)
    assert pin.evaluate(PLACED) != before
    assert (desk.complaints, desk.outside) == ([], [])
