"""Parts that measure the running system over HTTP, with the demonstration district of 3,000 members on SQLite."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
from tools.bench.figures import Figure, p95

from muster.exercise.data import read
from muster.exercise.desk import COMMANDER, DUTY, Desk
from muster.exercise.engine import gateway_key, surroundings
from muster.exercise.gateway import Gateway, Text, Trap
from muster.exercise.hand import ClockHand
from muster.exercise.prepare import read_logins
from muster.exercise.scenario import load_scenario
from muster.exercise.server import fresh_home, serving

VIEWS, WARM_UP = 60, 5
REPLIES, REPLY_SECONDS = 360, 60.0
APPROVE_SECONDS, SHOWN_SECONDS = 60.0, 30.0
ACCEPTED = re.compile(r'id="state-accepted".*?<b class="n">([\d,]+)</b>', re.S)


@dataclass(frozen=True, slots=True)
class Running:
    """A system with S1 open and approved; `texts` are the calls that its gateway took."""

    base: str
    desk: Desk
    gateway: Gateway
    texts: list[Text]


@contextmanager
def running() -> Iterator[Running]:
    """A fresh demonstration home, its clock at T+0 and running at the usual speed."""
    scenario = load_scenario("S1")
    with fresh_home() as home:
        gateway, trap = Gateway(gateway_key(home)), Trap()
        ClockHand(home, scenario.at(0), 1.0)
        try:
            with serving(home, **surroundings(gateway, trap)) as server:
                desk = Desk(server.base, read_logins(home))
                spot = next(point["zh"] for point in read("district")["points"] if point["slug"] == scenario.site)
                desk.open_incident(scenario, spot)
                _until(desk.approve, APPROVE_SECONDS, 0.5)
                yield Running(server.base, desk, gateway, _settled(gateway))
                desk.close()
        finally:
            gateway.close()
            trap.close()


def _until(holds: Callable[[], bool], seconds: float, pause: float) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"still not so after {seconds} s")
        time.sleep(pause)


def _settled(gateway: Gateway) -> list[Text]:
    """All messages, once no further one comes for two seconds."""
    known = -1
    while len(gateway.everything()) != known:
        known = len(gateway.everything())
        time.sleep(2.0)
    return gateway.everything()


def pages(times: int) -> Iterator[Figure]:
    """How long the duty page and the list of people take from the request to the last byte."""
    with running() as system:
        for name, path in (("duty page", f"/duty/{system.desk.incident}/"), ("people list", "/people/")):
            measured = tuple(p95(_views(system, path)) * 1000 for _ in range(times))
            yield Figure(f"{name}: p95 of {VIEWS} views", 150, "ms", measured)


def _views(system: Running, path: str) -> list[float]:
    browser = system.desk.who(DUTY)
    seconds = []
    for view in range(WARM_UP + VIEWS):
        began = time.perf_counter()
        answer = browser._client.get(system.base + path)
        answer.raise_for_status()
        if view >= WARM_UP:
            seconds.append(time.perf_counter() - began)
    return seconds


@dataclass
class Watcher:
    """One open duty page: notes when it first shows so many acceptances."""

    system: Running
    shown: list[tuple[float, int]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        cookies = self.system.desk.who(COMMANDER)._client.cookies
        address = f"{self.system.base}/duty/{self.system.desk.incident}/events"
        with (
            httpx.Client(cookies=cookies, timeout=60.0, trust_env=False) as client,
            client.stream("GET", address) as told,
        ):
            try:
                for line in told.iter_lines():
                    self._line(line)
                    if self.stop.is_set():
                        return
            except httpx.RemoteProtocolError:
                # The system is stopped while the page is open: nothing more to see.
                if not self.stop.is_set():
                    raise

    def _line(self, line: str) -> None:
        if not line.startswith("data: ") or '"people"' not in line:
            return
        found = ACCEPTED.search(json.loads(line.removeprefix("data: "))["regions"].get("people", ""))
        if found:
            self.shown.append((time.perf_counter(), int(found.group(1).replace(",", ""))))

    @property
    def most(self) -> int:
        return max((count for _, count in self.shown), default=0)

    def seconds_until(self, count: int, since: float) -> float:
        """From `since` until the page first showed at least `count`."""
        return next(at for at, seen in self.shown if seen >= count) - since


def replies(times: int) -> Iterator[Figure]:
    """From a text's arrival at the system to the duty page that shows it, evenly spread replies, one watcher."""
    yield Figure(f"reply on the duty page: p95 of {REPLIES} in 60 s", 1, "s", tuple(_shown_p95() for _ in range(times)))


def _shown_p95() -> float:
    with running() as system:
        watcher = Watcher(system)
        thread = threading.Thread(target=watcher.watch, daemon=True)
        thread.start()
        _until(lambda: bool(watcher.shown), SHOWN_SECONDS, 0.05)
        already, sent = watcher.most, []
        callers = system.texts[:REPLIES]
        if len(callers) < REPLIES:
            raise RuntimeError(f"only {len(callers)} people were called by SMS, {REPLIES} are to reply")
        began = time.perf_counter()
        for place, text in enumerate(callers):
            time.sleep(max(0.0, began + place * REPLY_SECONDS / REPLIES - time.perf_counter()))
            sent.append(time.perf_counter())
            system.gateway.hand_in(system.base, "inbound", [{"id": f"bench-{place}", "from": text.to, "text": "1"}])
        _until(lambda: watcher.most >= already + len(callers), SHOWN_SECONDS, 0.05)
        watcher.stop.set()
        return p95([watcher.seconds_until(already + place + 1, at) for place, at in enumerate(sent)])
