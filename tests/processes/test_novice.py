"""A newcomer who has only the guided tour: from the telephone call to the first message, counted and timed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from tools.bench.novice import MOST_CLICKS, MOST_SECONDS, Call, Novice

from tests.processes import scene
from tests.processes.test_browser import browser
from tests.processes.walk import Complaints
from tests.server import wait_until
from tests.world import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.processes]
__all__ = ["browser"]

PRE_AUTHORISE = """
from muster.access.middleware import actor_of
from muster.access.models import Account
from muster.apps.plans.actions import pre_authorise
from muster.apps.plans.models import Plan, Site
pre_authorise(actor_of(Account.objects.get(user__username="office_head").user), Plan.objects.get())
print(Site.objects.get().pk)
"""
PATH = ["call", "what", "kind", "where", "who", "mode", "open", "propose", "approve"]


def test_a_newcomer_with_only_the_tour_sends_the_first_message(browser, new_home, start_home, gateway) -> None:
    home = new_home(**scene.settings(gateway))
    scene.build(home)
    spot = f"site-{int(home.python(PRE_AUTHORISE))}"
    running = start_home(home)
    context = browser.new_context(base_url=running.address, locale="en-GB", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    complaints = Complaints(running.address)
    complaints.watch(page)
    page.goto("/login/")
    page.fill("[name=login]", "duty_officer")
    page.fill("[name=password]", PASSWORD)
    page.click("#login")
    expect(page.locator("#calm")).to_be_visible()
    expect(page.locator("#tour")).to_be_hidden()  # it offers itself and waits

    call = Call("Fire at the substation", "accident.fire", spot, "Fire brigade", "0731-5550101")
    novice = Novice(page, call)
    cost = novice.walk(lambda: bool(gateway.seen()))

    assert novice.walked == PATH
    assert cost.clicks <= MOST_CLICKS, cost
    assert cost.seconds <= MOST_SECONDS, cost
    assert cost.human_seconds <= MOST_SECONDS, (cost, cost.human_seconds)
    print(f"clicks {cost.clicks}, keys {cost.keys}, words read {cost.words}, machine {cost.seconds:.1f} s, "
          f"modelled {cost.human_seconds:.1f} s")  # fmt: skip
    wait_until(lambda: len(gateway.seen()) > 1)
    assert complaints.all() == []

    # the tour goes on beside the messages that leave, and lets go at once
    expect(page.locator("#tour[data-step=head]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#tour")).to_be_hidden()
    page.reload()
    expect(page.locator("#act-check-in")).to_be_visible()
    expect(page.locator("#tour")).to_be_hidden()
    expect(page.locator("[data-tour-start]")).to_have_count(0)  # nothing offers itself while it is really happening
    context.close()
