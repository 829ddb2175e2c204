"""The wall in a real browser: it fits, it is dark and large, nothing can be pressed, and it says when it goes blind."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from muster.jobs.clock import MARKER
from tests.postgres import new_database
from tests.processes.scene import BUILD, ROOT, SKILLS
from tests.processes.test_joining import CALL, CALLED, CODE, OPEN
from tests.server import Home, RunningHome
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.django_db(databases=[])]
SECONDS = 1000.0
FULL_HD = {"width": 1920, "height": 1080}
GL = ["--no-sandbox", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
# What is smaller than it may be: [class, text, px] of every element that has words of its own and is seen.
SMALL = """() => [...document.querySelectorAll('body *')].filter((one) => {
  const own = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  const box = one.getBoundingClientRect();
  return own && box.width > 1 && parseFloat(getComputedStyle(one).fontSize) < 20;
}).map((one) => [String(one.className), one.textContent.trim(), getComputedStyle(one).fontSize])"""
# What runs out of its card: [class, text].
CUT = """() => [...document.querySelectorAll('.wall-card, .wall-card *, .wall-head, .wall-head *')].filter((one) =>
  !one.closest('.map, svg') && one.clientWidth > 0 && getComputedStyle(one).display !== 'inline'
  && (one.scrollWidth > one.clientWidth + 1 || (one.matches('.wall-card') && one.scrollHeight > one.clientHeight + 1))
).map((one) => [String(one.className), one.textContent.trim().slice(0, 60)])"""
MAP_SIZES = """() => Object.fromEntries(window.wallMap.getStyle().layers.filter((layer) => layer.layout?.['text-size'])
  .map((layer) => [layer.id, layer.layout['text-size']]))"""
HILLS = """
from muster.conf.home import home_path
from muster.exercise.prepare import load_relief
load_relief(home_path(), 1)
"""
KEEP_MAP = "document.addEventListener('muster:map-ready', (event) => { window.wallMap = event.detail.map; });"


@pytest.fixture
def chromium() -> Iterator[Browser]:
    path = os.environ.get("MUSTER_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=GL)
        yield browser
        browser.close()


@dataclass
class Room:
    """A running exercise home, and what browsers complained about."""

    running: RunningHome
    complaints: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def hang_up(self, browser: Browser, language: str = "en", **options: object) -> Page:
        """The wall, signed in as its machine."""
        context = browser.new_context(
            base_url=self.running.address, locale=language, **{"viewport": FULL_HD, **options}
        )
        page = context.new_page()
        page.add_init_script(KEEP_MAP)
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda asked: self._note(asked.url))
        page.goto("/login/")
        page.fill("[name=login]", "wall_screen")
        page.fill("[name=password]", PASSWORD)
        page.click("#login")
        page.wait_for_url("**/wall/")
        expect(page.locator("#link-state")).to_have_class("on", timeout=30 * SECONDS)
        return page

    def _note(self, url: str) -> None:
        if not url.startswith((self.running.address, "blob:", "data:")):
            self.outside.append(url)


def build(folder: Path) -> Room:
    """A fresh exercise home with ninety people, running and quiet."""
    url = os.environ.get("MUSTER_DATABASE_URL", "")
    home = Home(folder / "home", new_database(url) if url else "")
    home.path.mkdir(mode=0o700)
    (home.path / MARKER).touch()
    home.env["PYTHONPATH"] = f"{ROOT}:{ROOT / 'src'}"
    home.init()
    home.python(f"SKILLS = {SKILLS!r}\n{BUILD}\n{HILLS}")
    return Room(RunningHome(home))


@pytest.fixture
def quiet_room(tmp_path: Path) -> Iterator[Room]:
    """A home of its own, on which nothing is open yet."""
    room = build(tmp_path)
    yield room
    room.running.stop()


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """One home with an exercise for the tests that leave it as it was."""
    room = build(tmp_path_factory.mktemp("wall"))
    room.running.home.python(OPEN)
    room.running.home.python(CALL % CALLED)
    yield room
    room.running.stop()


def look_over(page: Page) -> None:
    """What holds for every wall."""
    size = page.evaluate("[document.scrollingElement.scrollWidth, document.scrollingElement.scrollHeight]")
    assert size == [1920, 1080]
    assert page.evaluate(SMALL) == []
    assert page.evaluate(CUT) == []
    assert page.locator("a:visible, button:visible, input:visible, select:visible, summary:visible").count() == 0
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)")
    assert max(ground) < 40, "dark"


def test_from_a_quiet_night_to_an_answer_by_phone(quiet_room: Room, chromium: Browser) -> None:
    walls = [quiet_room.hang_up(chromium, "zh-CN"), quiet_room.hang_up(chromium, "en-GB")]
    for wall in walls:
        look_over(wall)
    zh, en = walls
    expect(zh.locator("h1")).to_contain_text("一切平静")
    expect(en.locator(".wall-ready .hero")).to_have_text("90")

    phone = chromium.new_context(viewport={"width": 390, "height": 844}, locale="en-GB").new_page()
    phone.goto(f"{quiet_room.running.address}exercise/join/{quiet_room.running.home.python(CODE).strip()}")
    phone.click("#join")
    expect(phone.locator("main")).to_contain_text("Waiting for the alarm")

    quiet_room.running.home.python(OPEN)
    for wall in walls:  # they change over by themselves
        wall.wait_for_selector("#region-verdict", timeout=30 * SECONDS)
        expect(wall.locator("[data-map]")).to_have_attribute("data-ready", "yes", timeout=30 * SECONDS)
    quiet_room.running.home.python(CALL % CALLED)
    expect(phone.locator(".who")).to_contain_text("a virtual member", timeout=30 * SECONDS)
    assert phone.evaluate("document.scrollingElement.scrollWidth") <= 390
    phone.check("[name=answer][value=accept]")
    phone.check("[name=eta][value='15']")
    phone.click("#reply-send")
    expect(phone.locator("main")).to_contain_text("Got it, you are coming")
    expect(en.locator("#state-accepted b")).to_have_text("1")
    expect(en.locator("#region-events")).to_contain_text("is coming, in 15 min")
    expect(zh.locator("#state-accepted b")).to_have_text("1")
    for wall in walls:
        look_over(wall)
        expect(wall.locator("#corner img")).to_be_visible()
        sizes = wall.evaluate(MAP_SIZES)
        assert {name for name, size in sizes.items() if size < 20} <= {name for name in sizes if "road" in name}
    assert (quiet_room.complaints, quiet_room.outside) == ([], [])


def test_it_fills_other_screens_as_well(room: Room, chromium: Browser) -> None:
    for width, height in ((1366, 768), (3840, 2160)):
        page = room.hang_up(chromium, viewport={"width": width, "height": height})
        size = page.evaluate("[document.scrollingElement.scrollWidth, document.scrollingElement.scrollHeight]")
        assert size == [width, height]
        hero = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.hero')).fontSize)")
        assert hero > 100 * width / 1920
        page.context.close()


def test_a_lost_link_is_said_across_the_wall_and_mends_itself(room: Room, chromium: Browser) -> None:
    page = room.hang_up(chromium)
    link = page.locator("#link-state")
    supervisor, web = room.running.process.pid, room.running.children()["web"]
    os.kill(supervisor, signal.SIGSTOP)  # so that the web server is not started again at once
    os.kill(web, signal.SIGKILL)
    expect(link).to_have_class("lost", timeout=30 * SECONDS)
    expect(link).to_contain_text("Link lost: this picture is old")
    assert page.evaluate("parseFloat(getComputedStyle(document.getElementById('link-state')).fontSize)") >= 40
    gone = page.evaluate("getComputedStyle(document.querySelector('.wall-board')).filter")
    assert "grayscale(1)" in gone, "an old number has no colour"
    os.kill(supervisor, signal.SIGCONT)
    expect(link).to_have_class("on", timeout=60 * SECONDS)
    assert page.evaluate("getComputedStyle(document.querySelector('.wall-board')).filter") == "none"


def test_a_line_on_which_nothing_is_said_is_taken_for_dead(room: Room, chromium: Browser) -> None:
    """As when a cable is pulled: the connection stays open, and no error ever comes."""
    page = room.hang_up(chromium)
    web = room.running.children()["web"]
    stopped = [web, *_children(web)]
    for one in stopped:
        os.kill(one, signal.SIGSTOP)
    try:
        expect(page.locator("#link-state")).to_have_class("lost", timeout=60 * SECONDS)
    finally:
        for one in stopped:
            os.kill(one, signal.SIGCONT)
    expect(page.locator("#link-state")).to_have_class("on", timeout=90 * SECONDS)


def _children(parent: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()]
