"""A newcomer in front of a browser who knows nothing but the sentences of the guided tour, and what it costs him.

Human time is modelled, operator by operator, after S. K. Card, T. P. Moran and A. Newell, "The keystroke-level model for
user performance time with interactive systems", Communications of the ACM 23(7), 1980: pointing 1.1 s, a key or a button of
the mouse 0.28 s and 0.20 s, mental preparation 1.35 s. That model is of experts, who read nothing: reading is added at 238
words a minute, the mean of silent reading found by M. Brysbaert, "How many words do we read per minute?", Journal of Memory
and Language 109, 2019. What the machine lets him wait for is measured and added as well.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, sync_playwright
from tools.bench.figures import Figure

from muster.exercise.engine import gateway_key, surroundings
from muster.exercise.gateway import Gateway, Trap
from muster.exercise.prepare import read_logins
from muster.exercise.server import fresh_home, serving

POINT, PRESS, KEY, PREPARE = 1.1, 0.20, 0.28, 1.35  # seconds
READ = 60 / 238  # seconds a word
MOST_SECONDS, MOST_CLICKS = 90.0, 12
PATIENCE_MS = 30_000
LANDING = re.compile(r"/(duty|incidents/new|incidents/\d+/approve)/")
QUOTED = re.compile(r'[“"]([^”"]+)[”"]')


@dataclass(frozen=True, slots=True)
class Call:
    """What the caller said, and how the newcomer would find it in the lists: `kind` and `spot` are values of options."""

    title: str
    kind: str
    spot: str
    reporter: str
    phone: str
    mode: str = "actual"


@dataclass
class Cost:
    """Presses of the mouse, keys, sentences read (`steps`) with their words, and seconds of the whole walk."""

    clicks: int = 0
    keys: int = 0
    steps: int = 0
    words: int = 0
    seconds: float = 0.0

    @property
    def human_seconds(self) -> float:
        """Modelled: what hands, head and eyes of the newcomer take."""
        hands = self.clicks * (POINT + PRESS) + self.keys * KEY
        return hands + self.steps * PREPARE + self.words * READ

    @property
    def call_seconds(self) -> float:
        """From the call to the message: the newcomer's time and, one after the other, all that the machine took."""
        return self.human_seconds + self.seconds


@dataclass
class Novice:
    """Does what the sentence says that stands in the tour's card, on what the card points to; nothing else."""

    page: Page
    call: Call
    cost: Cost = field(default_factory=Cost)
    walked: list[str] = field(default_factory=list)

    def walk(self, arrived: Callable[[], bool]) -> Cost:
        """From the quiet duty page until `arrived`: the first message is at the gateway."""
        began = time.monotonic()
        self._click(self.page.locator("[data-tour-start]:visible"))
        step = ""
        while not (step == "approve" and self._until(arrived)):
            step = self._next_step(step)
            self._do(step)
        self.cost.seconds = time.monotonic() - began
        return self.cost

    def _until(self, arrived: Callable[[], bool]) -> bool:
        end = time.monotonic() + PATIENCE_MS / 1000
        while not arrived():
            if time.monotonic() > end:
                raise TimeoutError("no message has arrived")
            self.page.wait_for_timeout(20)
        return True

    def _next_step(self, before: str) -> str:
        """The step that the card shows once it is another one, on whatever page."""
        card = self.page.locator(f"#tour:not([hidden]):not([data-step='{before}'])")
        card.wait_for(timeout=PATIENCE_MS)
        step = str(card.get_attribute("data-step"))
        self.cost.steps += 1
        self.cost.words += len(f"{self._title()} {self.says()}".split())
        self.walked.append(step)
        return step

    def _title(self) -> str:
        return self.page.locator("#tour-title").inner_text()

    def says(self) -> str:
        """The sentence that stands in the card now."""
        return self.page.locator("#tour-say").inner_text()

    def _do(self, step: str) -> None:
        """A field is filled in, a thing with a name in the sentence is pressed; where nothing is asked for, Next."""
        asks = {"what": self._say_what, "kind": self._choose, "where": self._choose, "who": self._say_who}
        if step in asks:
            asks[step](step)
        elif step == "mode":
            self._click(self.page.locator(f"label.choice:has([name=mode][value={self.call.mode}])"))
        elif self._pointed("a, button").count():
            self._press(self._pointed("a, button"))
        elif step == "propose":
            self._pointed("a, button").wait_for(timeout=PATIENCE_MS)
            self._press(self._pointed("a, button"))
        else:
            self._click(self.page.locator("#tour-next"))

    def _pointed(self, kind: str) -> Locator:
        """The control that the tour asks for: the card's sentence describes it to screen readers as well."""
        return self.page.locator(f":is({kind})[aria-describedby~=tour-say]")

    def _press(self, control: Locator) -> None:
        names = QUOTED.findall(self.says())
        said = control.inner_text()
        if names and not any(name.casefold() in said.casefold() for name in names):
            raise AssertionError(f"the tour speaks of {names}, the button says {said!r}")
        self._click(control)

    def _say_what(self, _step: str) -> None:
        self._type(self.call.title)
        self._key("Tab")

    def _say_who(self, _step: str) -> None:
        self._click(self.page.locator("[name=reporter]"))
        self._type(self.call.reporter)
        self._key("Tab")
        self._type(self.call.phone)
        self._key("Tab")

    def _choose(self, step: str) -> None:
        """A list is opened with one press and chosen from with a second."""
        self.cost.clicks += 2
        value = self.call.kind if step == "kind" else self.call.spot
        self._pointed("select").select_option(value)

    def _click(self, control: Locator) -> None:
        self.cost.clicks += 1
        control.click(timeout=PATIENCE_MS)

    def _type(self, text: str) -> None:
        """Into what has the focus: a newcomer looks at the caret."""
        focused = self.page.evaluate("document.activeElement.matches('input, textarea')")
        if not focused:
            raise AssertionError(f"nothing takes the typing of {text!r}")
        self.cost.keys += len(text)
        self.page.keyboard.type(text)

    def _key(self, key: str) -> None:
        self.cost.keys += 1
        self.page.keyboard.press(key)


def novice(times: int) -> Iterator[Figure]:
    """From the call to the first message at the gateway, in the demonstration district of 3,000 members."""
    costs = [_one() for _ in range(times)]
    yield Figure("novice with the tour: clicks to the first message", MOST_CLICKS, "", tuple(c.clicks for c in costs))
    yield Figure("novice with the tour: the machine's time", MOST_SECONDS, "s", tuple(c.seconds for c in costs))
    yield Figure(
        "novice with the tour: human and machine time", MOST_SECONDS, "s", tuple(c.call_seconds for c in costs)
    )


def _one() -> Cost:
    with _system() as (base, login, gateway), sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        try:
            page = browser.new_page(base_url=base, locale="en-GB", viewport={"width": 1440, "height": 900})
            page.goto("/login/")
            page.fill("[name=login]", "duty")
            page.fill("[name=password]", login)
            page.click("#login")
            page.locator("#calm").wait_for(timeout=PATIENCE_MS)
            spot = _substation(page)
            call = Call("Fire at the substation", "accident.fire", spot, "Fire brigade", "0731-5550101", "exercise")
            return Novice(page, call).walk(lambda: bool(gateway.everything()))
        finally:
            browser.close()


def _substation(page: Page) -> str:
    """The value of the place in the list of the opening page; looked up beforehand, the newcomer reads it there."""
    with page.expect_response("**/incidents/new/") as answer:
        page.evaluate("fetch('/incidents/new/').then(() => null)")
    found = re.search(r'value="(site-\d+)"[^>]*>[^<]*[Ss]ubstation', answer.value.text())
    if found is None:
        raise LookupError("the substation is not in the list of places")
    return found.group(1)


@contextmanager
def _system() -> Iterator[tuple[str, str, Gateway]]:
    with fresh_home() as home:
        gateway, trap = Gateway(gateway_key(home)), Trap()
        try:
            with serving(home, **surroundings(gateway, trap)) as server:
                yield server.base, read_logins(home)["duty"]["password"], gateway
        finally:
            gateway.close()
            trap.close()
