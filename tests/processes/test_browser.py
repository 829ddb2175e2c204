"""One callout in a real browser, in both languages: by keys, live without reload, silent console, nothing from outside."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.processes import scene
from tests.processes.walk import Complaints, Walk
from tests.server import wait_until

CHROMIUM = "/usr/bin/chromium"
LANGUAGES = {"zh-CN": "zh-hans", "en-GB": "en"}

pytestmark = [pytest.mark.browser, pytest.mark.processes]


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def system(new_home, start_home, gateway):
    home = new_home(**scene.settings(gateway))
    scene.build(home)
    running = start_home(home)
    phones = scene.Phones(running)
    yield running, phones
    phones.close()


def answer_all(phones: scene.Phones, messages: list[dict[str, object]]) -> int:
    """Everybody gets the message; three of four come. Returns how many accepted."""
    coming = 0
    for place, message in enumerate(messages):
        phones.deliver(message)
        yes = place % 4 != 3
        phones.text(f"in-{message['to']}", str(message["to"]), "1" if yes else "2")
        coming += yes
    return coming


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_callout_from_the_call_to_standing_down(browser: Browser, system, gateway, locale: str) -> None:
    running, phones = system
    context = browser.new_context(locale=locale, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    complaints = Complaints(running.address)
    complaints.watch(page)
    walk = Walk(page, running.address)
    walk.sign_in()
    expect(page.locator("html")).to_have_attribute("lang", LANGUAGES[locale])
    walk.open_incident()
    walk.see_the_plan()
    assert gateway.seen() == []  # nothing leaves before the approval
    called = walk.approve()
    assert called > 5
    wait_until(lambda: len(gateway.seen()) >= called - 1)  # one member has no number and is telephoned

    walk.mark_page()
    coming = answer_all(phones, gateway.seen())
    expect(walk.count_of("accepted")).to_have_text(str(coming))
    assert walk.is_same_load()

    walk.check_in(3)
    walk.back_to_duty()
    expect(walk.count_of("checked_in")).to_have_text("3")
    walk.call_the_roll()
    walk.back_to_duty()
    walk.stand_down()
    walk.back_to_duty()
    expect(page.locator("#act-leave")).to_be_visible()
    assert complaints.all() == []
    context.close()


def test_keys_alone_reach_search_content_and_the_other_language(browser: Browser, system) -> None:
    running, _ = system
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    walk = Walk(page, running.address)
    walk.sign_in()
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.locator("body").press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("TY000004")
    page.keyboard.press("Enter")
    page.wait_for_url("**/people/?q=TY000004")
    for wanted in ("en", "zh-hans"):
        with page.expect_navigation():
            page.locator("#language").press("Enter")
        expect(page.locator("html")).to_have_attribute("lang", wanted)
        page.goto(f"{running.address}duty/")
        expect(page.locator("html")).to_have_attribute("lang", wanted)  # it stays from page to page
    context.close()
