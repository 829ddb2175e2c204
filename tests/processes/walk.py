"""A duty commander at a real browser, walking one callout; and what the browser had to complain about."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import Page, Request, expect

from tests.world import PASSWORD

PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@dataclass
class Complaints:
    """What must stay empty: console errors, exceptions of scripts, requests to elsewhere, answers of 400 and more."""

    address: str
    console: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", lambda told: self.console.append(told.text) if told.type == "error" else None)
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.on("request", self._request)
        page.on("response", lambda answer: self.refused.append(answer.url) if answer.status >= 400 else None)

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != urlsplit(self.address).netloc:
            self.outside.append(request.url)

    def all(self) -> list[str]:
        return self.console + self.outside + self.refused


@dataclass
class Walk:
    """Acts of the commander; keys wherever the pages promise them."""

    page: Page
    address: str

    def sign_in(self) -> None:
        self.page.goto(f"{self.address}login/")
        self.page.keyboard.type("commander")  # the first field has the focus
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#calm")).to_be_visible()

    def open_incident(self) -> None:
        self.page.keyboard.press("Enter")  # the main act of a quiet duty page
        self.page.wait_for_url("**/incidents/new/")
        self.page.fill("[name=title]", "Fire near the substation")
        self.page.select_option("[name=kind]", "accident.fire")
        spot = self.page.locator("[name=spot] option[value^=site-]").first.get_attribute("value")
        self.page.select_option("[name=spot]", spot)
        self.page.check("[name=mode][value=actual]")
        self.page.click("#incident-open")
        self.page.wait_for_url(re.compile(r"/duty/\d+/"))

    def see_the_plan(self) -> None:
        """The needs of the matching plan, and a chance that comes by itself."""
        expect(self.page.locator("#region-needs tbody tr")).to_have_count(3)
        expect(self.page.locator("#region-verdict .hero")).to_contain_text("%")

    def approve(self) -> int:
        """By keys alone; returns how many were called."""
        self.page.locator("body").press("1")
        self.page.wait_for_url("**/approve/")
        expect(self.page.locator("#approve-send")).to_be_visible()
        self.page.locator("main").press("Enter")
        self.page.wait_for_url(re.compile(r"/duty/\d+/"))
        return int(self.page.locator("#region-people b").first.inner_text())

    def mark_page(self) -> None:
        """Leave a mark that a reload would wipe out."""
        self.page.evaluate("window.markOfThisLoad = true")

    def is_same_load(self) -> bool:
        return bool(self.page.evaluate("window.markOfThisLoad === true"))

    def count_of(self, state: str):
        return self.page.locator(f"#state-{state} .n")

    def check_in(self, people: int) -> None:
        self.page.locator("body").press("3")
        self.page.wait_for_url("**/check-in/**")
        for box in self.page.locator("#awaited input").all()[:people]:
            box.press("Space")
        expect(self.page.locator("#check-in-send [data-count]")).to_have_text(str(people))
        with self.page.expect_navigation():
            self.page.click("#check-in-send")

    def back_to_duty(self) -> None:
        number = re.search(r"/incidents/(\d+)/", self.page.url)
        if number:
            self.page.goto(f"{self.address}duty/{number.group(1)}/")

    def call_the_roll(self) -> None:
        self.page.locator("body").press("4")
        self.page.wait_for_url("**/roll-call/")
        for button in ("#roll-start", "#roll-everyone", "#roll-close"):
            with self.page.expect_navigation():
                self.page.click(button)

    def stand_down(self) -> None:
        self.page.locator("body").press("5")
        self.page.wait_for_url("**/stand-down/")
        with self.page.expect_navigation():
            self.page.click("#stand-down")
