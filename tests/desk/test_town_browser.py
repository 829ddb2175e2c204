"""A town officer on a phone whose network is cut: nothing is lost, nothing counts twice, the order stays."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.desk.test_browser import SECONDS, chromium
from tests.live.test_thirty_pages import PASSWORD
from tests.postgres import new_database
from tests.server import Home, RunningHome, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.processes, pytest.mark.django_db(databases=[])]
__all__ = ["chromium"]

SETTING = f"""
import json
from muster.access.actions import make_account, use_link
from muster.access.rights import SYSTEM, Actor
from muster.apps.incidents.actions import open_incident, send_by_hand
from muster.apps.people.actions.members import name_keys, phone_fields
from muster.apps.people.models import Member, Unit
from muster.apps.plans.models import MusterPoint
office = Unit.objects.create(code="OF", name="office", kind="office", path="OF")
town = Unit.objects.create(code="T1", name="town", kind="town", path="OF/T1", parent=office)
village = Unit.objects.create(code="V1", name="village", kind="village", path="OF/T1/V1", parent=town)
MusterPoint.objects.create(letter="A", zh="square", en="square", lon=113.1, lat=27.8)
people = [
    Member.objects.create(number=f"TY{{n:06d}}", name=f"Member {{n}}", unit=village, lon=113.1, lat=27.8,
                          **name_keys(f"Member {{n}}"), **phone_fields(f"+86199{{n:08d}}"))
    for n in range(1, 6)
]
account, token = make_account(SYSTEM, login="town", name="town", role="town_officer", unit_path="OF/T1")
use_link(token, {PASSWORD!r})
incident = open_incident(
    Actor("account:0", "desk", "commander"), title="fire", kind="accident.fire", place="yard", lon=113.1, lat=27.8,
    reporter="", reporter_phone="", mode="exercise",
)
send_by_hand(Actor("account:0", "desk", "commander"), incident.callout, [one.pk for one in people], reason="test")
print(json.dumps({{a.member.number: a.pk for a in incident.callout.alerts.select_related("member")}}))
"""
STATES = """
import json
from muster.apps.desk.models import FieldEntry
from muster.apps.incidents.models import Alert, CheckIn, Reply
print(json.dumps({
    "states": {a.member.number: a.state for a in Alert.objects.select_related("member")},
    "replies": [[r.alert_id, r.answer, r.eta_minutes] for r in Reply.objects.order_by("pk")],
    "here": CheckIn.objects.count(), "entries": FieldEntry.objects.count(),
}))
"""
KEPT = """caches.has('muster-field').then((has) => has ? caches.open('muster-field') : null)
  .then((store) => store ? store.keys() : []).then((keys) => keys.length)"""
DIALLED = """
window.dialled = [];
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='tel:']");
  if (link) { window.dialled.push(link.getAttribute("href")); event.preventDefault(); }
});
"""


class Town:
    """A running system in which five people of the town are called, and their alerts by number in the row."""

    def __init__(self, running: RunningHome, alerts: dict[str, int]) -> None:
        self.running = running
        self.alerts = {int(number[2:]): pk for number, pk in alerts.items()}

    def sit_down(self, browser: Browser) -> tuple[BrowserContext, Page]:
        context = browser.new_context(
            base_url=self.running.address, locale="en", viewport={"width": 360, "height": 780}, has_touch=True
        )
        context.add_init_script(DIALLED)
        page = context.new_page()
        page.goto("/login/")
        page.fill("[name=login]", "town")
        page.fill("[name=password]", PASSWORD)
        page.click("#login")
        page.wait_for_url("**/town/")
        return context, page

    def answer(self, page: Page, number: int, said: str) -> None:
        row = page.locator(f"#p{self.alerts[number]}")
        if not row.locator(".answers").count():
            row.locator("[data-open]").click()
        row.locator(f"button[value$=':{said}']").click()

    def state(self) -> dict[str, object]:
        return json.loads(self.running.home.python(STATES))


@pytest.fixture
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    url = os.environ.get("MUSTER_DATABASE_URL", "")
    home = Home(tmp_path_factory.mktemp("town") / "home", new_database(url) if url else "")
    home.init()
    alerts = json.loads(home.python(SETTING))
    running = RunningHome(home)
    yield Town(running, alerts)
    running.stop()


def waits(page: Page, n: int) -> None:
    expect(page.locator("li.waits")).to_have_count(n, timeout=20 * SECONDS)


def test_the_network_is_cut_while_telephoning(town: Town, chromium: Browser) -> None:
    context, page = town.sit_down(chromium)
    wide = page.evaluate("document.scrollingElement.scrollWidth")
    assert wide <= 360, f"the page is {wide} px wide on a phone"

    # one tap dials, the answers stand open when the officer is back from the call
    first = page.locator(f"#p{town.alerts[1]}")
    first.locator("button.call").click()
    wait_until(lambda: page.evaluate("window.dialled.length") == 1)
    assert page.evaluate("window.dialled") == ["tel:19900000001"]
    expect(page.locator("a.call")).to_have_count(5)
    first.locator("button[value$=':accept-15']").click()
    expect(first).to_have_attribute("data-group", "accepted", timeout=20 * SECONDS)
    waits(page, 0)
    wait_until(lambda: page.evaluate(KEPT) >= 5)

    context.set_offline(True)
    page.locator(f"#p{town.alerts[2]} a.call").click()
    assert page.evaluate("window.dialled.length") == 2, "numbers are there without network"
    town.answer(page, 2, "decline-ill")
    town.answer(page, 2, "accept-45")
    town.answer(page, 3, "decline-at_work")
    town.answer(page, 4, "en_route")
    page.locator(f"#p{town.alerts[4]} [data-undo]").click()
    waits(page, 2)
    expect(page.locator("#net")).to_contain_text("3 entries wait", timeout=20 * SECONDS)

    assert town.state()["entries"] == 1, "nothing has reached the office"

    page.reload()  # the phone has thrown the page away
    waits(page, 2)
    page.click("#tab-here")
    page.check(f"#p{town.alerts[5]} input")
    page.click("#check-in")
    waits(page, 3)  # whether a page that loads just then still gets them through or not: the phone knows of no answer

    context.set_offline(False)
    waits(page, 0)
    expect(page.locator("#net")).to_be_hidden(timeout=20 * SECONDS)
    expect(page.locator(f"#p{town.alerts[5]}")).to_have_attribute("data-group", "checked_in", timeout=20 * SECONDS)
    found = town.state()
    a = town.alerts
    assert found["replies"] == [
        [a[1], "accept", 15], [a[2], "decline", None], [a[2], "accept", 45], [a[3], "decline", None],
    ]  # fmt: skip
    assert (found["here"], found["entries"]) == (1, 5)
    assert found["states"]["TY000002"] == "accepted"


def test_an_answer_of_the_office_that_is_lost_doubles_nothing(town: Town, chromium: Browser) -> None:
    context, page = town.sit_down(chromium)
    lost: list[str] = []

    def lose(route: Route) -> None:
        route.fetch()  # it arrives at the office
        lost.append(route.request.post_data or "")
        route.abort("connectionreset")  # and the receipt does not arrive here

    context.route("**/field/entries/", lose, times=2)
    town.answer(page, 1, "accept-30")
    waits(page, 0)
    expect(page.locator(f"#p{town.alerts[1]}")).to_have_attribute("data-group", "accepted", timeout=20 * SECONDS)
    keys = {json.loads(body)["entries"][0]["key"] for body in lost}
    assert (len(lost), len(keys)) == (2, 1)
    found = town.state()
    assert (found["entries"], len(found["replies"])) == (1, 1)


@pytest.mark.parametrize("status", [409, 500])
def test_what_the_office_refuses_is_not_called_a_missing_network(town: Town, chromium: Browser, status: int) -> None:
    context, page = town.sit_down(chromium)
    context.route("**/field/entries/", lambda route: route.fulfill(status=status, body="no"))
    town.answer(page, 1, "accept-30")
    expect(page.locator("#net")).to_contain_text("Telephone the duty desk", timeout=20 * SECONDS)
    expect(page.locator("#net")).not_to_contain_text("No network")
    waits(page, 1)
    context.unroute("**/field/entries/")
    waits(page, 0)
    expect(page.locator("#net")).to_be_hidden(timeout=20 * SECONDS)
    assert town.state()["entries"] == 1


def test_signed_out_in_the_meantime_nothing_is_lost(town: Town, chromium: Browser) -> None:
    context, page = town.sit_down(chromium)
    context.clear_cookies()
    town.answer(page, 1, "accept-30")
    link = page.locator("#net a")
    expect(link).to_contain_text("Sign in again", timeout=20 * SECONDS)
    link.click()
    page.fill("[name=login]", "town")
    page.fill("[name=password]", PASSWORD)
    page.click("#login")
    page.wait_for_url("**/town/")
    waits(page, 0)
    expect(page.locator(f"#p{town.alerts[1]}")).to_have_attribute("data-group", "accepted", timeout=20 * SECONDS)
    assert town.state()["entries"] == 1


def test_over_64_kbit_a_second_the_list_stands_there_within_ten_seconds(town: Town, chromium: Browser) -> None:
    """The bar of a village at the edge of the network: 64 kbit/s with 300 ms of delay, nothing on the phone yet."""
    context, page = town.sit_down(chromium)
    cookies = context.cookies()
    context.close()
    fresh = chromium.new_context(base_url=town.running.address, locale="en", viewport={"width": 360, "height": 780})
    fresh.add_cookies(cookies)
    page = fresh.new_page()
    network = fresh.new_cdp_session(page)
    network.send("Network.enable")
    loaded: list[float] = []
    network.on("Network.loadingFinished", lambda told: loaded.append(told["encodedDataLength"]))
    slow = {"offline": False, "latency": 300, "downloadThroughput": 64_000 / 8, "uploadThroughput": 64_000 / 8}
    network.send("Network.emulateNetworkConditions", slow)
    page.goto("/town/", wait_until="commit", timeout=30 * SECONDS)
    page.locator(f"#p{town.alerts[5]}").wait_for(timeout=10 * SECONDS)
    page.wait_for_load_state("load", timeout=30 * SECONDS)
    drawn = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    assert drawn <= 10 * SECONDS
    assert 5_000 < sum(loaded) <= 80_000, f"{sum(loaded)} bytes"
    fresh.close()
