"""The guided tour in a real browser: beside the part it speaks of, by keyboard, left and gone on with, out of the way."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.desk.test_browser import chromium
from tests.postgres import new_database
from tests.processes import scene
from tests.server import Home, RunningHome
from tests.world import PASSWORD as OF_THE_CAST

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.django_db(databases=[])]
__all__ = ["chromium"]

SECONDS = 1000.0
expect.set_options(timeout=20 * SECONDS)  # a machine that has much else to do
SIZES = {"desktop": (1440, 900), "laptop": (1280, 720), "phone": (390, 844), "small phone": (360, 740)}
EXERCISE = """
from muster.access.middleware import actor_of
from muster.access.models import Account
from muster.apps.incidents.actions import open_incident, send_by_hand
from muster.apps.people.models import Member
from muster.apps.plans.models import Site
actor = actor_of(Account.objects.get(user__username="commander").user)
incident = open_incident(
    actor, title="Fire", kind="accident.fire", place="yard", lon=113.12, lat=27.83, reporter="", reporter_phone="",
    mode={mode!r}, site=Site.objects.get(),
)
send_by_hand(actor, incident.callout, list(Member.objects.order_by("pk").values_list("pk", flat=True)[:20]), reason="test")
print(incident.pk)
"""
END = """
from muster.access.middleware import actor_of
from muster.access.models import Account
from muster.apps.incidents.actions import close_incident, stand_down
from muster.apps.incidents.models import Incident
actor = actor_of(Account.objects.get(user__username="commander").user)
for incident in Incident.objects.exclude(state__in=["closed", "reviewed", "false_alarm"]):
    stand_down(actor, incident.callout)
    close_incident(actor, incident)
"""
COVERED = """() => {
  const box = (one) => one.getBoundingClientRect();
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const card = box(document.getElementById("tour")), ring = box(document.getElementById("tour-ring"));
  const inside = card.left >= 0 && card.top >= 0 && card.right <= innerWidth && card.bottom <= innerHeight;
  const acts = [...document.querySelectorAll("[data-main], .act-bar .btn")].filter((one) => one.getClientRects().length);
  const under = acts.filter((one) => meet(card, box(one)) && box(one).bottom > 0 && box(one).top < innerHeight);
  const seen = ring.bottom > 20 && ring.top < innerHeight - 20 && ring.width > 20;
  return { part: meet(card, ring), inside, seen, acts: under.map((one) => one.id || one.className) };
}"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHome]:
    url = os.environ.get("MUSTER_DATABASE_URL", "")
    path = f"{scene.ROOT}:{scene.ROOT / 'src'}"
    home = Home(tmp_path_factory.mktemp("tour") / "home", new_database(url) if url else "", PYTHONPATH=path)
    scene.build(home)
    started = RunningHome(home)
    yield started
    started.stop()


def sit_down(running: RunningHome, browser: Browser, size: str = "desktop", **more: object) -> Page:
    width, height = SIZES[size]
    options = {"base_url": running.address, "locale": "en", "viewport": {"width": width, "height": height}, **more}
    page = browser.new_context(**options).new_page()
    page.goto("/login/")
    page.fill("[name=login]", "commander")
    page.fill("[name=password]", OF_THE_CAST)
    page.click("#login")
    page.wait_for_url("**/duty/**")
    return page


def step(page: Page) -> str:
    return str(page.locator("#tour").get_attribute("data-step"))


def start(page: Page, size: str) -> None:
    if size in ("desktop", "laptop") or page.locator(".calm-tour button").count():
        page.locator("[data-tour-start]:visible").click()
        return
    page.locator(".who summary").first.click()
    page.locator(".who-menu [data-tour-start]").click()


def walk(page: Page) -> list[str]:
    """Next, Next, … to the end; at every step the card is where it may be."""
    found = []
    while page.locator("#tour").is_visible():
        assert page.evaluate(COVERED) == {"part": False, "inside": True, "seen": True, "acts": []}, step(page)
        found.append(step(page))
        last = page.locator("#tour-next").inner_text() == "Done"
        page.click("#tour-next")
        if not last:
            expect(page.locator("#tour")).not_to_have_attribute("data-step", found[-1], timeout=10 * SECONDS)
    return found


@pytest.mark.parametrize("size", SIZES)
def test_it_never_covers_what_it_points_to(running: RunningHome, chromium: Browser, size: str) -> None:
    running.home.python(END)
    page = sit_down(running, chromium, size)
    start(page, size)
    assert walk(page) == ["call", "ready", "plans", "skills"]
    page.goto("/incidents/new/")
    expect(page.locator("#tour")).to_be_hidden()
    number = int(running.home.python(EXERCISE.format(mode="exercise")))
    page.goto(f"/duty/{number}/")
    expect(page.locator("[data-map]")).to_have_attribute("data-ready", "yes", timeout=30 * SECONDS)
    start(page, size)
    assert walk(page) == ["head", "chance", "next", "needs", "map", "people", "events", "acts"]
    page.context.close()


def test_it_is_left_and_gone_on_with(running: RunningHome, chromium: Browser) -> None:
    running.home.python(END)
    page = sit_down(running, chromium)
    offer = page.locator(".calm-tour button")
    expect(offer).to_have_text("Guided tour")
    offer.focus()
    page.keyboard.press("Enter")  # by keyboard: what the step asks for has the focus, described by its sentence
    expect(page.locator("#open-incident")).to_be_focused()
    assert page.locator("#open-incident").get_attribute("aria-describedby") == "tour-say"
    page.click("#tour-next")
    expect(page.locator("#tour-next")).to_be_focused()
    page.keyboard.press("Enter")
    assert step(page) == "plans"
    expect(page.locator("#spoken")).to_contain_text("Each kind of incident has a plan")
    page.keyboard.press("Escape")
    expect(page.locator("#tour")).to_be_hidden()
    expect(offer).to_be_focused()
    expect(offer).to_have_text("Go on with the tour")
    page.reload()
    expect(page.locator("#tour")).to_be_hidden()
    page.locator(".calm-tour button").click()
    assert step(page) == "plans"
    page.click("#language")  # another page load: it is still open, in the other language
    expect(page.locator("#tour-title")).to_have_text("预案")
    page.click("#tour-back")
    assert step(page) == "ready"
    page.context.close()


def test_another_tab_and_another_day_begin_without_it(running: RunningHome, chromium: Browser) -> None:
    running.home.python(END)
    page = sit_down(running, chromium)
    page.locator(".calm-tour button").click()
    page.click("#tour-next")
    other = page.context.new_page()
    other.goto("/duty/")
    expect(other.locator(".calm-tour button")).to_have_text("Go on with the tour")
    expect(other.locator("#tour")).to_be_hidden()
    page.context.close()


def test_it_stays_away_from_an_incident_that_is_really_happening(running: RunningHome, chromium: Browser) -> None:
    running.home.python(END)
    page = sit_down(running, chromium)
    page.locator(".calm-tour button").click()
    expect(page.locator("#tour")).to_be_visible()
    number = int(running.home.python(EXERCISE.format(mode="actual")))  # somebody else opens it
    page.goto("/duty/")
    page.wait_for_url(f"**/duty/{number}/")
    expect(page.locator("#act-check-in")).to_be_visible()
    expect(page.locator("#link-state")).to_have_class("on", timeout=20 * SECONDS)
    expect(page.locator("#tour")).to_be_hidden()
    expect(page.locator("[data-tour-start]")).to_have_count(0)
    page.context.close()


def test_every_act_and_key_works_while_it_is_open(running: RunningHome, chromium: Browser) -> None:
    running.home.python(END)
    page = sit_down(running, chromium, reduced_motion="reduce", color_scheme="dark")
    number = int(running.home.python(EXERCISE.format(mode="exercise")))
    page.goto(f"/duty/{number}/")
    start(page, "desktop")
    expect(page.locator("#tour")).to_be_visible()
    for _ in range(3):
        page.click("#tour-next")
    page.keyboard.press("3")
    page.wait_for_url("**/check-in/**")
    page.go_back()
    expect(page.locator("#tour")).to_be_visible()
    page.click("#act-pick")
    page.wait_for_url("**/pick/")
    page.context.close()


def test_where_nothing_may_be_kept_it_works_all_the_same(running: RunningHome, chromium: Browser) -> None:
    running.home.python(END)
    page = sit_down(running, chromium)
    page.add_init_script(
        "for (const name of ['getItem', 'setItem']) Storage.prototype[name] = () => { throw new Error(name); };"
    )
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto("/duty/")
    page.locator(".calm-tour button").click()
    page.click("#tour-next")
    assert step(page) == "ready"
    assert said == []
    page.context.close()


def test_the_map_one_may_tap_stays_free(running: RunningHome, chromium: Browser) -> None:
    running.home.python(END)
    page = sit_down(running, chromium, "phone")
    page.locator(".calm-tour button").click()
    page.click("#open-incident")
    expect(page.locator("#tour[data-step=what]")).to_be_visible()
    page.keyboard.type("Fire")
    page.keyboard.press("Tab")
    expect(page.locator("#tour[data-step=kind]")).to_be_visible()
    page.select_option("[name=kind]", "natural.flood")
    expect(page.locator("#tour[data-step=where]")).to_be_visible()
    card, ground = page.locator("#tour").bounding_box(), page.locator(".pick-map").bounding_box()
    assert card
    assert ground
    assert card["y"] + card["height"] <= ground["y"] or card["y"] >= ground["y"] + ground["height"]
    page.context.close()
