"""The live picture: one poller per process looks for changes, draws each view once, and fans it out to all who watch it.

The stream carries states, not deltas: whoever connects, or comes back after a gap, gets the newest state of every
region, so that a missed event can never leave a page wrong. Between two drawings of one incident lie at least
`draw_every_seconds`, whatever the number of replies; what came in between is in the next drawing.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from muster.core.errors import Unavailable

log = structlog.get_logger(__name__)

Version = tuple[object, ...]
NOTHING = b": \n\n"  # a comment: keeps the connection, is no event


@dataclass(frozen=True, slots=True)
class View:
    """What decides how a page looks: all who share a view get the same drawing. `page`: duty | wall."""

    incident_id: int
    language: str
    role: str
    unit_path: str
    page: str = "duty"
    base_role: str = ""  # the own role of somebody to whom `role` is lent


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing: `seq` is the resume point, `regions` maps the id of a region to its HTML."""

    seq: int
    regions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Now:
    """The clocks at one moment: the system's, its speed, and the real one (all aware, UTC)."""

    virtual: datetime
    speed: float
    real: datetime

    def drift_seconds(self, earlier: Now) -> float:
        """How far the system's clock is from where `earlier` would have it now."""
        passed = (self.real - earlier.real).total_seconds() * earlier.speed
        return abs((self.virtual - earlier.virtual).total_seconds() - passed)

    def fields(self) -> dict[str, object]:
        return {"now": self.virtual.isoformat(), "speed": self.speed, "real": self.real.isoformat()}


@dataclass(frozen=True, slots=True)
class Source:
    """Where the hub gets everything from. `look` gives the version of each incident in one query; `holding` those of the
    tickets with which streams were let in that still open them."""

    look: Callable[[Iterable[int]], Awaitable[dict[int, Version]]]
    draw: Callable[[View], Awaitable[Picture]]
    now: Callable[[], Now]
    holding: Callable[[Iterable[Hashable]], Awaitable[set[Hashable]]]


@dataclass(frozen=True, slots=True)
class Pace:
    """Times in seconds, and how many may watch at once in this process."""

    poll_seconds: float = 0.25
    draw_every_seconds: float = 0.5
    redraw_after_seconds: float = 10.0  # sentences hold minutes that pass without any event
    heartbeat_seconds: float = 15.0
    life_seconds: float = 600.0  # then the page connects anew, and its rights are asked again
    most_watchers: int = 200


@dataclass(eq=False, slots=True)
class Watcher:
    """One open page. `ticket` is what it was let in with, `sent` what it has; `wake` is set when there may be something
    newer; `said_at`: loop time of the last event, for a page takes a line on which nothing is said for dead."""

    view: View
    ticket: Hashable
    said_at: float
    sent: dict[str, str] = field(default_factory=dict)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    clock_due: bool = False
    closed: bool = False


def message(event: str, data: dict[str, object], seq: int | None = None) -> bytes:
    """One server-sent event; JSON keeps the data on one line."""
    name = f"id: {seq}\n" if seq is not None else ""
    return f"{name}event: {event}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


class Hub:
    """Watchers of one process. Lives in one event loop; the poller runs only while somebody watches."""

    def __init__(self, source: Source, pace: Pace | None = None) -> None:
        self.source = source
        self.pace = pace or Pace()
        self.watchers: set[Watcher] = set()
        self.pictures: dict[View, Picture] = {}
        self.versions: dict[int, Version] = {}
        self.drawn_at: dict[int, float] = {}
        self.clock: Now | None = None
        self.poller: asyncio.Task[None] | None = None

    def has_room(self) -> None:
        """Raise Unavailable "live.too_many" when no further page may watch."""
        if len(self.watchers) >= self.pace.most_watchers:
            raise Unavailable("live.too_many", watchers=len(self.watchers))

    async def stream(self, view: View, ticket: Hashable) -> AsyncIterator[bytes]:
        """Events for one page until it leaves, its ticket holds no longer, the hub closes, or its time is over."""
        time = asyncio.get_running_loop().time
        watcher = Watcher(view, ticket, time())
        self.watchers.add(watcher)
        self._start()
        ends = time() + self.pace.life_seconds
        try:
            yield b"retry: 2000\n\n"
            while not watcher.closed and time() < ends:
                news = self._news(watcher) or await self._wait(watcher)
                if news != NOTHING:
                    watcher.said_at = time()
                yield news
        finally:
            self.watchers.discard(watcher)

    async def _wait(self, watcher: Watcher) -> bytes:
        """Until something happens; after a quiet time the clock, which keeps the line open. Drawings that changed
        nothing for this page do not put the clock off."""
        silent = asyncio.get_running_loop().time() - watcher.said_at
        try:
            await asyncio.wait_for(watcher.wake.wait(), max(0.0, self.pace.heartbeat_seconds - silent))
        except TimeoutError:
            return message("clock", self.source.now().fields())
        watcher.wake.clear()
        return NOTHING

    def _news(self, watcher: Watcher) -> bytes:
        picture = None if watcher.closed else self.pictures.get(watcher.view)
        changed = {} if picture is None else {k: v for k, v in picture.regions.items() if watcher.sent.get(k) != v}
        if picture is not None and changed:
            watcher.sent = picture.regions
            watcher.clock_due = False
            return message(
                "regions", {"seq": picture.seq, "regions": changed} | self.source.now().fields(), picture.seq
            )
        if watcher.clock_due:
            watcher.clock_due = False
            return message("clock", self.source.now().fields())
        return b""

    def _start(self) -> None:
        if self.poller is None or self.poller.done():
            self.poller = asyncio.get_running_loop().create_task(self._poll())
            self.poller.add_done_callback(_log_death)

    async def _poll(self) -> None:
        """Look, draw what changed, wake those concerned. When it dies, everybody is sent away and connects anew."""
        try:
            while self.watchers:
                await self._look_once()
                await asyncio.sleep(self.pace.poll_seconds)
        finally:
            self.close()

    async def _look_once(self) -> None:
        await self._send_away()
        views = {watcher.view for watcher in self.watchers}
        self.pictures = {view: picture for view, picture in self.pictures.items() if view in views}
        versions = await self.source.look({view.incident_id for view in views})
        time = asyncio.get_running_loop().time()
        for incident_id, version in versions.items():
            mine = {view for view in views if view.incident_id == incident_id}
            await self._draw_changed(incident_id, version, mine, time)
        self._check_clock()

    async def _send_away(self) -> None:
        """Whose ticket holds no longer gets nothing more. The page connects anew, and its rights are asked again."""
        asked = list(self.watchers)
        held = await self.source.holding({watcher.ticket for watcher in asked})
        for watcher in asked:
            if watcher.ticket not in held:
                watcher.closed = True
                watcher.wake.set()

    async def _draw_changed(self, incident_id: int, version: Version, views: set[View], time: float) -> None:
        since = time - self.drawn_at.get(incident_id, float("-inf"))
        changed = self.versions.get(incident_id) != version or since >= self.pace.redraw_after_seconds
        if changed and since >= self.pace.draw_every_seconds:
            self.versions[incident_id], self.drawn_at[incident_id] = version, time
        else:
            views = views - self.pictures.keys()  # a page of a new kind does not wait for the next change
        if not views:
            return
        for view in views:
            self.pictures[view] = await self.source.draw(view)
        self._wake(views)

    def _check_clock(self) -> None:
        """A clock that was set or runs at another speed is told at once."""
        now, before = self.source.now(), self.clock
        self.clock = now
        if before is None or (now.speed == before.speed and now.drift_seconds(before) < 1.0):
            return
        for watcher in self.watchers:
            watcher.clock_due = True
            watcher.wake.set()

    def _wake(self, views: set[View]) -> None:
        for watcher in self.watchers:
            if watcher.view in views:
                watcher.wake.set()

    def close(self) -> None:
        """Send everybody away; their pages connect anew by themselves."""
        for watcher in self.watchers:
            watcher.closed = True
            watcher.wake.set()
        self.pictures.clear()
        self.versions.clear()
        self.drawn_at.clear()


def _log_death(poller: asyncio.Task[None]) -> None:
    if not poller.cancelled() and poller.exception() is not None:
        log.error("live.poller_died", exc_info=poller.exception())
