"""The main line by keyboard alone, names for screen readers, acts that stand still while the page lives, undo of slips."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.desk.test_browser import chromium
from tests.postgres import new_database
from tests.processes import scene
from tests.server import Home, RunningHome
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.django_db(databases=[])]
__all__ = ["chromium"]

SECONDS = 1000.0
PATIENCE = 60 * SECONDS
HELD = 3
WIDE = {"width": 1440, "height": 900}
# Roles of what can be operated, as the browser's accessibility tree calls them.
OPERATED = {
    "button", "link", "textbox", "searchbox", "combobox", "listbox", "checkbox", "radio", "spinbutton", "switch", "slider",
    "tab", "menuitem", "DisclosureTriangle", "Date", "DateTime", "PopUpButton",
}  # fmt: skip
WATCH = """() => {
  window.moved = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) for (const source of entry.sources)
      window.moved.push([entry.value, source.node?.id || source.node?.className || source.node?.nodeName || "?",
                         JSON.stringify(source.previousRect), JSON.stringify(source.currentRect)]);
  }).observe({ type: "layout-shift", buffered: false });
}"""
ACTS = """() => Object.fromEntries([...document.querySelectorAll(".act-bar .btn, .links a, .tool")].map((one) => {
  const box = one.getBoundingClientRect();
  return [one.id || one.textContent.trim(), [box.x, box.y, box.width, box.height].map(Math.round).join()];
}))"""
ANSWERS = """
from muster.apps.incidents.actions import check_in, record_reply
from muster.apps.incidents.models import Alert
from muster.access.middleware import actor_of
from muster.access.models import Account
actor = actor_of(Account.objects.get(user__username="commander").user)
alerts = list(Alert.objects.filter(callout__incident={incident}).order_by("pk"))
for alert in alerts[{first}:{first} + 8]:
    record_reply(alert, answer="accept", channel="sms", by="member:x", eta_minutes=20)
for alert in alerts[{first} + 8:{first} + 10]:
    record_reply(alert, answer="decline", channel="sms", by="member:x", reason="at_work")
for alert in alerts[{first}:{first} + 4]:
    check_in(actor, alert)
"""
STATE = """
from muster.apps.incidents.models import Incident
incident = Incident.objects.select_related("callout").get(pk={incident})
print(incident.callout.state, incident.callout.alerts.count(), incident.callout.alerts.exclude(checked_in_at=None).count())
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHome]:
    url = os.environ.get("MUSTER_DATABASE_URL", "")
    path = f"{scene.ROOT}:{scene.ROOT / 'src'}"
    env = {"PYTHONPATH": path, "MUSTER_HOLD_SECONDS": str(HELD)}
    home = Home(tmp_path_factory.mktemp("keys") / "home", new_database(url) if url else "", **env)
    scene.build(home)
    started = RunningHome(home)
    yield started
    started.stop()


def sit_down(running: RunningHome, browser: Browser, **more: object) -> Page:
    page = browser.new_context(**{"base_url": running.address, "locale": "en", "viewport": WIDE, **more}).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto("/login/")
    page.fill("[name=login]", "commander")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/duty/**")
    return page


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Press Tab until the focus is there; fails when it is never reached."""
    for _ in range(most):
        if page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached by Tab on {page.url}")


def blur(page: Page) -> None:
    page.evaluate("document.activeElement.blur()")


def open_by_keys(page: Page) -> int:
    """From anywhere to an approved table: address bar, typed words, Enter."""
    page.goto("/incidents/new/")
    tab_to(page, "[name=title]")
    page.keyboard.type("Fire at the substation")
    tab_to(page, "[name=spot]")
    page.keyboard.press("ArrowDown")
    tab_to(page, "[name=mode]")
    page.keyboard.press("Space")
    tab_to(page, "#incident-open")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/duty/\d+/$"))
    page.wait_for_selector("#main-act[href*='/approve/']")
    blur(page)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/approve/"))
    return int(page.url.split("/incidents/")[1].split("/")[0])


def state_of(running: RunningHome, incident: int) -> tuple[str, int, int]:
    state, called, came = running.home.python(STATE.format(incident=incident)).split()
    return state, int(called), int(came)


def test_the_main_line_by_keyboard_alone_with_a_slip_taken_back(running: RunningHome, chromium: Browser) -> None:
    page = sit_down(running, chromium)
    page.mouse.move = _no_mouse  # nothing below may fall back on it
    incident = open_by_keys(page)
    page.wait_for_selector("#approve-send")
    page.keyboard.press("Enter")
    expect(page.locator("#hold-bar")).to_contain_text("Sends in")
    assert "Escape takes it back" in page.locator("#spoken").inner_text()
    page.keyboard.press("Escape")
    expect(page.locator("#hold-bar")).to_have_count(0)
    expect(page.locator("#hold-told")).to_have_text("Taken back. Nothing was sent.")
    assert state_of(running, incident)[1] == 0, "nobody was called"

    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # pressed twice is held once
    expect(page.locator("#hold-bar")).to_have_count(1)
    page.wait_for_url(f"**/duty/{incident}/")
    state, called, _came = state_of(running, incident)
    assert (state in ("filling", "filled", "short"), called > 0) == (True, True)

    page.wait_for_selector("#act-check-in")
    blur(page)
    page.keyboard.press("3")
    page.wait_for_url("**/check-in/")
    tab_to(page, "#check-in-form input[type=checkbox]")
    page.keyboard.press("Space")
    tab_to(page, "#check-in-send", most=called + 80)
    page.keyboard.press("Enter")
    expect(page.locator("#hold-bar")).to_contain_text("Takes effect in")
    page.wait_for_load_state()
    expect(page.locator(".note-success")).to_be_visible()
    assert state_of(running, incident)[2] == 1

    page.goto(f"/duty/{incident}/")
    page.wait_for_selector("#act-stand-down")
    page.keyboard.press("5")
    page.wait_for_url("**/stand-down/")
    page.keyboard.press("Enter")
    expect(page.locator("#hold-bar")).to_be_visible()
    tab_to(page, "#hold-undo")
    page.keyboard.press("Enter")
    expect(page.locator("#hold-bar")).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "stand-down", "the focus goes back to the act"
    assert state_of(running, incident)[0] != "stood_down"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/incidents/{incident}/leave/")
    assert state_of(running, incident)[0] == "stood_down"


def _no_mouse(*_spot: object) -> None:
    raise AssertionError("the mouse was used")


@pytest.fixture(scope="module")
def called(running: RunningHome) -> int:
    return scene.call_by_hand(running.home, 24)


PAGES: tuple[tuple[str, Callable[[int], str]], ...] = (
    ("duty", lambda incident: f"/duty/{incident}/"),
    ("duty-list", lambda _incident: "/duty/?all=1"),
    ("wall", lambda incident: f"/wall/{incident}/"),
    ("incidents", lambda _incident: "/incidents/"),
    ("review", lambda incident: f"/review/{incident}/"),
    ("lessons", lambda incident: f"/review/{incident}/lessons/"),
    ("what-if", lambda incident: f"/review/{incident}/what-if/"),
    ("thanks", lambda incident: f"/review/{incident}/thanks/"),
    ("check-in", lambda incident: f"/incidents/{incident}/check-in/"),
    ("stand-down", lambda incident: f"/incidents/{incident}/stand-down/"),
    ("share", lambda incident: f"/incidents/{incident}/share/"),
    ("new", lambda _incident: "/incidents/new/"),
)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_everything_that_can_be_operated_has_a_name(
    running: RunningHome, chromium: Browser, called: int, size: str, language: str
) -> None:
    """By the browser's own accessibility tree, which is what a screen reader is given."""
    page = sit_down(
        running, chromium, viewport=WIDE if size == "desktop" else {"width": 360, "height": 780}, locale=language
    )
    tree = page.context.new_cdp_session(page)
    nameless = []
    for name, address in PAGES:
        page.goto(address(called))
        if page.locator("[data-map]").count():
            page.wait_for_selector("[data-map][data-ready=yes]")
        nodes = tree.send("Accessibility.getFullAXTree")["nodes"]
        found = [node for node in nodes if not node["ignored"] and node.get("role", {}).get("value") in OPERATED]
        assert len(found) > 3 or name == "wall", f"{name}: the tree tells of nothing"
        blank = [node for node in found if not str(node.get("name", {}).get("value", "")).strip()]
        for node in blank:
            told = tree.send("DOM.describeNode", {"backendNodeId": node["backendDOMNodeId"]})["node"]
            nameless.append((name, node["role"]["value"], told["nodeName"], told.get("attributes")))
    assert nameless == []


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_acts_stay_where_they_are_when_live_data_arrive(
    running: RunningHome, chromium: Browser, called: int, size: str
) -> None:
    page = sit_down(running, chromium, viewport=WIDE if size == "desktop" else {"width": 360, "height": 780})
    page.goto(f"/duty/{called}/")
    expect(page.locator("#link-state")).to_have_class("on", timeout=PATIENCE)
    page.wait_for_selector("[data-map][data-ready=yes]")
    here = page.locator("#state-checked_in .n")
    before, count = page.evaluate(ACTS), int(here.inner_text())
    page.evaluate(WATCH)
    running.home.python(ANSWERS.format(incident=called, first=0 if size == "desktop" else 12))
    expect(here).to_have_text(str(count + 4), timeout=PATIENCE)
    assert page.evaluate(ACTS) == before, "what can be pressed stays under the finger"
    if (
        size == "phone"
    ):  # on a desktop the verdict band grows by a line when there is more to say, and moves what lies below
        moved = page.evaluate("window.moved")
        assert sum(value for value, *_ in moved) <= 0.1, moved


def test_a_signal_is_in_words_too_and_sound_is_off_until_it_is_switched_on(
    running: RunningHome, chromium: Browser, called: int
) -> None:
    page = sit_down(running, chromium)
    page.goto(f"/duty/{called}/")
    expect(page.locator("#link-state")).to_have_class("on", timeout=PATIENCE)
    sound, said = page.locator("#sound"), page.locator("#sound-said")
    expect(sound).to_have_attribute("aria-label", "Sound is off")
    expect(said).to_be_hidden()
    page.evaluate("""() => {
      const alarm = Object.assign(document.createElement("p"), { textContent: "No report from: Team 3" });
      alarm.dataset.alarm = "team-3";
      document.getElementById("region-people").append(alarm);
      document.dispatchEvent(new CustomEvent("muster:changed"));
    }""")
    expect(said).to_contain_text("No report from: Team 3")
    tab_to(page, "#sound")
    page.keyboard.press("Enter")
    expect(sound).to_have_attribute("aria-pressed", "true")
    expect(sound).to_have_attribute("aria-label", "Sound is on: two tones when something is wrong")
    page.reload()
    expect(sound).to_have_attribute("aria-pressed", "true")
