"""kill -9 of the web, the lanes and the live pages, at ten random points of a callout each: no reply lost, nobody told two
things, and a page that watches comes back by itself to the state that is true."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.channels.conftest import GatewayProcess
from tests.processes import scene
from tests.server import Home, RunningHome, wait_until
from tests.world import PASSWORD

PEOPLE = 40
TARGETS = {
    "web": ["web", "worker"] * 5,  # the server, and the child in which it works
    "lanes": ["lane-send", "lane-send", "lane-solve"] * 3 + ["lane-send"],
    "live": ["worker"] * 10,  # the streams live in the web's worker; here pages are open on them
}
EVENTS_BETWEEN = (2, 8)
PACE_SECONDS = 0.1  # between two answers, so that there is always something under way
STATE = """
import json
from muster.apps.channels.models import InMessage, OutMessage
from muster.apps.incidents.models import Alert
alerts = [
    {"phone": a.member.phone, "state": a.state, "replies": [[r.channel, r.answer] for r in a.replies.order_by("pk")]}
    for a in Alert.objects.select_related("member")
]
print(json.dumps({
    "alerts": alerts,
    "texts": sorted(InMessage.objects.values_list("gateway_id", flat=True)),
    "messages": list(OutMessage.objects.values_list("client_id", "state")),
}))
"""


LENGTH = """
from muster.journal.models import Stream
print(Stream.objects.get(name="incident:{incident}").count)
"""
WATCHERS = 2


class Watcher(threading.Thread):
    """A duty page that stays open: it takes what the stream sends, and connects anew when that breaks off."""

    def __init__(self, running: RunningHome, incident: int) -> None:
        super().__init__(name="watcher", daemon=True)
        self.running, self.path = running, f"{running.address}duty/{incident}/events"
        self.browser = httpx.Client(trust_env=False, timeout=20)
        self.seen: list[list[int]] = []  # per connection: the states it was sent
        self.over = threading.Event()

    def run(self) -> None:
        self._sign_in()
        while not self.over.is_set():
            try:
                self._listen()
            except httpx.HTTPError:
                self.over.wait(0.1)  # the server is being killed in this very moment: once more

    def _sign_in(self) -> None:
        form = self.browser.get(f"{self.running.address}login/").text
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', form)
        assert token
        fields = {"login": "commander", "password": PASSWORD, "csrfmiddlewaretoken": token.group(1)}
        answer = self.browser.post(
            f"{self.running.address}login/", data=fields, headers={"Referer": self.running.address}
        )
        assert answer.status_code == 302

    def _listen(self) -> None:
        with self.browser.stream("GET", self.path) as answer:
            if answer.status_code != 200:
                return
            self.seen.append([])
            for line in answer.iter_lines():
                if line.startswith("id: "):
                    self.seen[-1].append(int(line.removeprefix("id: ")))
                if self.over.is_set():
                    return

    def sees_the_end(self, length: int) -> None:
        """The last state came to this page, states never went back, and it had to come back at least once."""
        wait_until(lambda: bool(self.seen and self.seen[-1] and self.seen[-1][-1] >= length), 30)
        self.over.set()
        states = [state for connection in self.seen for state in connection]
        assert states == sorted(states)
        assert len([each for each in self.seen if each]) > 1


class Members(threading.Thread):
    """Everybody called says yes at first and no afterwards: the odd ones by text, the even ones on their own page."""

    def __init__(self, phones: scene.Phones, gateway: GatewayProcess) -> None:
        super().__init__(name="members", daemon=True)
        self.phones, self.gateway = phones, gateway
        self.taken: list[tuple[str, str]] = []  # (phone, answer), each acknowledged by the system
        self.failed: BaseException | None = None

    def run(self) -> None:
        try:
            answered: dict[str, dict[str, object]] = {}
            while len(answered) < PEOPLE:
                for message in self.gateway.seen():
                    if message["to"] not in answered:
                        answered[str(message["to"])] = message
                        self.phones.deliver(message)
                        self._answer(message, "accept")
                time.sleep(0.02)
            for message in answered.values():
                self._answer(message, "decline")
        except AssertionError as error:
            self.failed = error

    def _answer(self, message: dict[str, object], answer: str) -> None:
        phone = str(message["to"])
        if int(phone[-1]) % 2:
            self.phones.text(f"{phone}-{answer}", phone, {"accept": "1", "decline": "2 走不开"}[answer])
        else:
            self.phones.page(str(message["text"]), answer)
        self.taken.append((phone, answer))
        time.sleep(PACE_SECONDS)

    @property
    def progress(self) -> int:
        return len(self.taken) + len(self.gateway.seen())


def process_of(running: RunningHome, target: str) -> int | None:
    """Its present process id; None while it is being started again. "worker" is the child in which the web server works."""
    children = running.children()
    if target != "worker":
        return children.get(target)
    web = children.get("web")
    listed = Path(f"/proc/{web}/task/{web}/children")
    words = listed.read_text().split() if web and listed.exists() else []
    return int(words[-1]) if words else None


def kill(running: RunningHome, target: str) -> None:
    found: list[int] = []

    def is_there() -> bool:
        process = process_of(running, target)
        found[:] = [process] if process else []
        return bool(found)

    wait_until(is_there, 30)
    os.kill(found[0], signal.SIGKILL)


def all_is_done(home: Home, members: Members) -> bool:
    if members.is_alive():
        return False
    states = Counter(state for _, state in json.loads(home.python(STATE))["messages"])
    return not states.keys() - {"delivered", "sent", "perhaps_sent"}


@pytest.mark.kill
@pytest.mark.processes
@pytest.mark.parametrize("kind", sorted(TARGETS))
def test_ten_kills_during_a_callout_lose_no_reply_and_tell_nobody_two_things(
    kind: str, new_home, start_home, gateway
) -> None:
    gateway.behave(delay_seconds=0.1)
    home = new_home(**scene.settings(gateway))
    scene.build(home)
    running = start_home(home)
    phones = scene.Phones(running)
    members = Members(phones, gateway)
    incident = scene.call_by_hand(home, PEOPLE)
    watchers = [Watcher(running, incident) for _ in range(WATCHERS if kind == "live" else 0)]
    members.start()
    for watcher in watchers:
        watcher.start()
    chance = random.Random(20_261_123)
    targets = chance.sample(TARGETS[kind], len(TARGETS[kind]))
    for target in targets:
        until = members.progress + chance.randint(*EVENTS_BETWEEN)
        wait_until(lambda until=until: members.progress >= until or not members.is_alive(), 40)
        time.sleep(chance.random() * 0.05)  # anywhere between two events
        assert members.is_alive(), members.failed or "the callout was over before the last kill"
        kill(running, target)
    wait_until(lambda: all_is_done(home, members), 60)
    assert members.failed is None
    wait_until(running.answers, 30)
    for watcher in watchers:
        watcher.sees_the_end(int(home.python(LENGTH.format(incident=incident))))
    phones.close()
    running.stop()

    kept = json.loads(home.python(STATE))
    assert_nothing_lost(kept, members.taken)
    assert_nobody_told_two_things(gateway.seen())
    done = home.muster("check", "journal")
    assert done.returncode == 0, done.stdout + done.stderr


def assert_nothing_lost(kept: dict[str, list], taken: list[tuple[str, str]]) -> None:
    assert len(taken) == 2 * PEOPLE
    replies = {alert["phone"]: alert["replies"] for alert in kept["alerts"]}
    assert len(replies) == PEOPLE
    for phone, answer in taken:
        channel = "sms" if int(phone[-1]) % 2 else "page"
        assert [channel, answer] in replies[phone]
        if channel == "sms":  # the gateway's number makes a repeated delivery harmless
            assert replies[phone].count([channel, answer]) == 1
            assert f"a:{phone}-{answer}" in kept["texts"]
    assert {alert["state"] for alert in kept["alerts"]} == {"withdrawn"}  # said yes, then no


def assert_nobody_told_two_things(seen: list[dict[str, object]]) -> None:
    assert len({message["to"] for message in seen}) == PEOPLE
    assert len({(message["to"], message["id"], message["text"]) for message in seen}) == PEOPLE
