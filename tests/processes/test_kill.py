"""kill -9 of every process of a running system at ten random points of a callout: no reply lost, nobody told two things."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.channels.conftest import GatewayProcess
from tests.processes import scene
from tests.server import Home, RunningHome, wait_until

PEOPLE = 40
TARGETS = ["web", "web", "worker", "lane-send", "lane-send", "lane-send", "lane-solve", "lane-solve", "worker", "web"]
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
def test_ten_kills_during_a_callout_lose_no_reply_and_tell_nobody_two_things(new_home, start_home, gateway) -> None:
    gateway.behave(delay_seconds=0.1)
    home = new_home(**scene.settings(gateway))
    scene.build(home)
    running = start_home(home)
    phones = scene.Phones(running)
    members = Members(phones, gateway)
    scene.call_by_hand(home, PEOPLE)
    members.start()
    chance = random.Random(20_261_123)
    targets = chance.sample(TARGETS, len(TARGETS))
    for target in targets:
        until = members.progress + chance.randint(*EVENTS_BETWEEN)
        wait_until(lambda until=until: members.progress >= until or not members.is_alive(), 40)
        time.sleep(chance.random() * 0.05)  # anywhere between two events
        assert members.is_alive(), members.failed or "the callout was over before the last kill"
        kill(running, target)
    wait_until(lambda: all_is_done(home, members), 60)
    assert members.failed is None
    wait_until(running.answers, 30)
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
