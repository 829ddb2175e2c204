"""The hub: one drawing for all who share a view, newest state for whoever comes back, no more than its pace allows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from muster.core.errors import Unavailable
from muster.live import hub as live
from muster.live.hub import Hub, Now, Pace, Picture, Source, View

START = datetime(2026, 11, 2, 6, 20, tzinfo=UTC)
QUICK = Pace(poll_seconds=0.001, draw_every_seconds=0.0, redraw_after_seconds=1000, heartbeat_seconds=1000)
ZH = View(1, "zh-hans", "commander", "")
EN = replace(ZH, language="en")
PATIENCE = 10.0
PASS = "a ticket that holds"


@dataclass
class World:
    """A source in which a test can move things. `asked` counts looks, `drawn` the drawings."""

    seq: int = 1
    asked: int = 0
    drawn: list[tuple[View, int]] = field(default_factory=list)
    clock: Now = field(default_factory=lambda: Now(START, 1.0, START))
    broken: bool = False
    ended: set[Hashable] = field(default_factory=set)  # tickets that hold no longer
    texts: Callable[[int], dict[str, str]] = lambda seq: {"head": "same", "needs": f"<p>{seq}</p>"}

    def source(self) -> Source:
        return Source(look=self.look, draw=self.draw, now=lambda: self.clock, holding=self.holding)

    async def holding(self, tickets: Iterable[Hashable]) -> set[Hashable]:
        return set(tickets) - self.ended

    async def look(self, incidents: Iterable[int]) -> dict[int, live.Version]:
        self.asked += 1
        if self.broken:
            raise OSError("the database is away")
        return dict.fromkeys(incidents, (self.seq,))

    async def draw(self, view: View) -> Picture:
        self.drawn.append((view, self.seq))
        return Picture(self.seq, self.texts(self.seq))


@dataclass
class Event:
    kind: str
    data: dict[str, object]
    seq: str = ""


async def events(stream: AsyncIterator[bytes]) -> AsyncIterator[Event]:
    """The events of a stream as a browser reads them; comments and retry lines are left out."""
    async for block in stream:
        fields = dict(line.split(": ", 1) for line in block.decode().strip().splitlines() if ": " in line)
        if "event" in fields:
            yield Event(fields["event"], json.loads(fields["data"]), fields.get("id", ""))


async def within(what: Awaitable[object]) -> object:
    return await asyncio.wait_for(what, PATIENCE)


def run(test: Awaitable[None]) -> None:
    async def whole() -> None:
        await within(test)

    asyncio.run(whole())


def test_whoever_connects_gets_every_region_and_the_resume_point() -> None:
    async def test() -> None:
        world = World(seq=812)
        stream = events(Hub(world.source(), QUICK).stream(ZH, PASS))
        first = await anext(stream)
        assert (first.kind, first.seq) == ("regions", "812")
        assert first.data["regions"] == {"head": "same", "needs": "<p>812</p>"}
        assert first.data["speed"] == 1.0
        await stream.aclose()

    run(test())


def test_a_change_sends_only_the_regions_that_changed() -> None:
    async def test() -> None:
        world = World()
        stream = events(Hub(world.source(), QUICK).stream(ZH, PASS))
        await anext(stream)
        world.seq = 2
        second = await anext(stream)
        assert second.data["regions"] == {"needs": "<p>2</p>"}
        assert second.seq == "2"
        await stream.aclose()

    run(test())


def test_thirty_pages_of_one_view_cost_one_drawing() -> None:
    async def test() -> None:
        world = World()
        hub = Hub(world.source(), QUICK)
        streams = [events(hub.stream(ZH, PASS)) for _ in range(30)]
        first = await asyncio.gather(*(anext(stream) for stream in streams))
        assert {event.seq for event in first} == {"1"}
        world.seq = 2
        await asyncio.gather(*(anext(stream) for stream in streams))
        assert world.drawn == [(ZH, 1), (ZH, 2)]
        await asyncio.gather(*(stream.aclose() for stream in streams))

    run(test())


def test_each_language_and_role_gets_its_own_drawing() -> None:
    async def test() -> None:
        world = World()
        hub = Hub(world.source(), QUICK)
        streams = [events(hub.stream(view, PASS)) for view in (ZH, EN)]
        await asyncio.gather(*(anext(stream) for stream in streams))
        assert {view for view, _ in world.drawn} == {ZH, EN}
        await asyncio.gather(*(stream.aclose() for stream in streams))

    run(test())


def test_many_changes_between_two_drawings_are_one() -> None:
    async def test() -> None:
        world = World()
        hub = Hub(world.source(), replace(QUICK, draw_every_seconds=0.2))
        stream = events(hub.stream(ZH, PASS))
        await anext(stream)
        started = asyncio.get_running_loop().time()

        async def busy() -> None:
            while asyncio.get_running_loop().time() - started < 0.5:
                world.seq += 1
                await asyncio.sleep(0.002)

        noise = asyncio.create_task(busy())
        await anext(stream)
        await anext(stream)
        passed = asyncio.get_running_loop().time() - started
        assert passed >= 0.35, "two further drawings need two pauses"
        assert len(world.drawn) == 3
        await noise
        await stream.aclose()

    run(test())


def test_a_page_that_comes_later_does_not_wait_for_the_next_change() -> None:
    async def test() -> None:
        world = World()
        hub = Hub(world.source(), replace(QUICK, draw_every_seconds=1000))
        one = events(hub.stream(ZH, PASS))
        await anext(one)
        two = events(hub.stream(EN, PASS))
        assert (await anext(two)).kind == "regions"
        same = events(hub.stream(ZH, PASS))
        assert (await anext(same)).data["regions"] == {"head": "same", "needs": "<p>1</p>"}
        await asyncio.gather(one.aclose(), two.aclose(), same.aclose())

    run(test())


def test_a_view_that_was_away_comes_back_to_the_newest_state() -> None:
    async def test() -> None:
        world = World()
        hub = Hub(world.source(), QUICK)
        stays, leaves = events(hub.stream(ZH, PASS)), events(hub.stream(EN, PASS))
        await asyncio.gather(anext(stays), anext(leaves))
        await leaves.aclose()
        for seq in (2, 3):
            world.seq = seq
            assert (await anext(stays)).seq == str(seq)
        back = events(hub.stream(EN, PASS))
        assert (await anext(back)).seq == "3"
        await asyncio.gather(stays.aclose(), back.aclose())

    run(test())


def test_sentences_that_hold_minutes_are_drawn_anew_without_any_event() -> None:
    async def test() -> None:
        world = World()
        turns = iter(range(10_000))
        world.texts = lambda _seq: {"verdict": f"{next(turns)} minutes left"}
        stream = events(Hub(world.source(), replace(QUICK, redraw_after_seconds=0.01)).stream(ZH, PASS))
        assert (await anext(stream)).data != (await anext(stream)).data
        await stream.aclose()

    run(test())


@pytest.mark.parametrize("change", ["speed", "jump"])
def test_a_clock_that_is_set_is_told_at_once(change: str) -> None:
    async def test() -> None:
        world = World()
        stream = events(Hub(world.source(), QUICK).stream(ZH, PASS))
        await anext(stream)
        later = {
            "speed": replace(world.clock, speed=20.0),
            "jump": replace(world.clock, virtual=START + timedelta(hours=1)),
        }
        world.clock = later[change]
        told = await anext(stream)
        assert told.kind == "clock"
        assert told.data == world.clock.fields()
        await stream.aclose()

    run(test())


def test_a_clock_that_only_runs_is_not_told() -> None:
    real = START + timedelta(seconds=10)
    assert Now(START + timedelta(seconds=200), 20.0, real).drift_seconds(Now(START, 20.0, START)) == 0
    assert Now(START, 20.0, real).drift_seconds(Now(START, 20.0, START)) == 200


def test_a_quiet_line_is_kept_open_by_the_clock() -> None:
    async def test() -> None:
        stream = events(Hub(World().source(), replace(QUICK, heartbeat_seconds=0.01)).stream(ZH, PASS))
        assert [(await anext(stream)).kind for _ in range(3)] == ["regions", "clock", "clock"]
        await stream.aclose()

    run(test())


def test_when_the_database_is_away_pages_are_sent_away_and_may_come_back(caplog: pytest.LogCaptureFixture) -> None:
    async def test() -> None:
        world = World()
        hub = Hub(world.source(), QUICK)
        stream = events(hub.stream(ZH, PASS))
        await anext(stream)
        world.broken = True
        assert [event async for event in stream] == []
        assert hub.watchers == set()
        world.broken = False
        again = events(hub.stream(ZH, PASS))
        assert (await anext(again)).kind == "regions"
        await again.aclose()

    run(test())


def test_closing_sends_everybody_away() -> None:
    async def test() -> None:
        hub = Hub(World().source(), QUICK)
        stream = events(hub.stream(ZH, PASS))
        await anext(stream)
        hub.close()
        assert [event async for event in stream] == []

    run(test())


def test_a_stream_ends_after_its_time_so_that_rights_are_asked_again() -> None:
    async def test() -> None:
        stream = events(
            Hub(World().source(), replace(QUICK, life_seconds=0.05, heartbeat_seconds=0.01)).stream(ZH, PASS)
        )
        kinds = [event.kind async for event in stream]
        assert kinds[0] == "regions"

    run(test())


def test_when_nobody_watches_nobody_looks() -> None:
    async def test() -> None:
        world = World()
        hub = Hub(world.source(), QUICK)
        stream = hub.stream(ZH, PASS)
        await anext(stream)
        await stream.aclose()
        assert hub.poller is not None
        await within(asyncio.wait([hub.poller]))
        asked = world.asked
        assert hub.poller.done()
        await asyncio.sleep(0.01)
        assert world.asked == asked

    run(test())


def test_too_many_pages_are_refused() -> None:
    async def test() -> None:
        hub = Hub(World().source(), replace(QUICK, most_watchers=1))
        hub.has_room()
        stream = hub.stream(ZH, PASS)
        await anext(stream)
        with pytest.raises(Unavailable) as refused:
            hub.has_room()
        assert refused.value.code == "live.too_many"
        await stream.aclose()
        hub.has_room()

    run(test())


def test_drawings_that_change_nothing_do_not_silence_the_clock() -> None:
    """A page takes a line without events for dead; a standing picture must not look like one."""

    async def test() -> None:
        world = World(texts=lambda _seq: {"head": "same"})
        hub = Hub(world.source(), replace(QUICK, redraw_after_seconds=0.0, heartbeat_seconds=0.05))
        stream = events(hub.stream(ZH, PASS))
        kinds = [(await anext(stream)).kind for _ in range(4)]
        assert kinds == ["regions", "clock", "clock", "clock"]
        assert len(world.drawn) > 4
        await stream.aclose()

    run(test())


def test_a_ticket_that_holds_no_longer_ends_its_stream_before_anything_else_is_sent() -> None:
    async def test() -> None:
        world = World()
        hub = Hub(world.source(), QUICK)
        lent, stays = events(hub.stream(ZH, "lent")), events(hub.stream(ZH, PASS))
        await asyncio.gather(anext(lent), anext(stays))
        world.ended.add("lent")
        world.seq = 2
        assert [event async for event in lent] == []
        assert (await anext(stays)).seq == "2"
        assert {watcher.ticket for watcher in hub.watchers} == {PASS}
        await stays.aclose()

    run(test())
