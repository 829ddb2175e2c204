"""From the duty page to any emergency act: at most three clicks, the last of them on the act itself."""

import re
from html.parser import HTMLParser

import pytest

from tests.callout_pages.cast import NOON, alerts_of, make_district
from tests.callout_pages.conftest import district, noon

__all__ = ["NOON", "district", "make_district", "noon"]
CLICKS = 3
BEFORE = {
    "approve-send": "approve",
    "incident-open": "open an incident",
    "pick-filter": "pick by hand",
    "calling-save": "call units",
}
RUNNING = {
    "check-in-send": "check in", "stand-down": "stand down", "release-send": "release", "pick-send": "call by hand",
    "send-zone-entry": "open a zone", "send-task-plan": "give a task", "send-danger": "report a danger",
    "send-batch": "evacuate", "send-request": "ask for resources", "send-level": "order a level", "send-report": "report",
    "send-team": "form a team", "share-make": "share", "roll-start": "roll call",
}  # fmt: skip


class Links(HTMLParser):
    """Links of a page, and ids of its buttons; a form in a folded part costs the click that unfolds it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.buttons: dict[str, int] = {}
        self._folds = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._folds += tag == "details" and "open" not in given
        if tag == "a" and (given.get("href") or "").startswith("/"):
            self.hrefs.append(str(given["href"]).partition("#")[0])
        if tag == "button" and given.get("id"):
            self.buttons.setdefault(str(given["id"]), self._folds)

    def handle_endtag(self, tag: str) -> None:
        self._folds -= tag == "details" and self._folds > 0


def clicks_to(client, start: str) -> dict[str, int]:
    """Button id -> fewest clicks from `start` up to and with pressing it, as far as they matter."""
    found: dict[str, int] = {}
    seen, now = {start}, [(start, 0)]
    while now:
        path, clicks = now.pop(0)
        answer = client.get(path, follow=True)
        if answer.status_code != 200 or "html" not in answer["Content-Type"]:
            continue
        page = Links(answer.content.decode())
        for button, folds in page.buttons.items():
            found[button] = min(found.get(button, 99), clicks + folds + 1)
        if clicks + 1 < CLICKS:
            fresh = [
                href
                for href in dict.fromkeys(page.hrefs)
                if href not in seen and not re.search(r"/logout|\.xlsx", href)
            ]
            seen |= set(fresh)
            now += [(href, clicks + 1) for href in fresh]
    return found


@pytest.mark.parametrize("who", ["commander", "office_head"])
def test_before_anything_is_sent(district, noon, who):
    district.solved()
    found = clicks_to(district.client(who), "/duty/")
    assert {name: found.get(name, "none") for name in BEFORE if found.get(name, 99) > CLICKS} == {}


def test_while_people_come(district, noon):
    incident = district.approved()
    alerts = alerts_of(incident)
    district.accept(alerts[:30])
    district.arrive(alerts[:3])
    found = clicks_to(district.client("commander"), "/duty/")
    assert {name: found.get(name, "none") for name in RUNNING if found.get(name, 99) > CLICKS} == {}
    assert found["check-in-send"] == 2
    assert found["stand-down"] == 2
