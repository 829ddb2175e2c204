"""Requests beyond the limit wait their turn; pages that stay open hold nobody up."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from muster.conf.line_up import GATEWAYS_WAITING, LineUp


class Office:
    """An application that works until it is let go on, and counts how many it works for."""

    def __init__(self) -> None:
        self.working, self.most, self.goes_on, self.closes = 0, 0, asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.working += 1
        self.most = max(self.most, self.working)
        await self.goes_on.wait()
        self.working -= 1
        if scope["path"] == "/broken":
            raise RuntimeError("broken")
        await send({"type": "http.response.start"})
        if scope["path"] == "/events":
            await self.closes.wait()
        await send({"type": "http.response.body"})


async def nothing(*_: object) -> Any:
    return None


def ask(line: LineUp, path: str = "/", kind: str = "http") -> asyncio.Task[None]:
    return asyncio.ensure_future(line({"type": kind, "path": path}, nothing, nothing))


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_no_more_are_worked_on_than_there_are_places_and_all_get_their_answer() -> None:
    async def run() -> None:
        office = Office()
        line = LineUp(office, at_once=3)
        asked = [ask(line) for _ in range(10)]
        await settle()
        assert office.working == 3
        office.goes_on.set()
        await asyncio.gather(*asked)
        assert office.most == 3

    asyncio.run(run())


def test_pages_that_stay_open_and_pages_that_break_give_their_place_back() -> None:
    async def run() -> None:
        office = Office()
        line = LineUp(office, at_once=2)
        office.goes_on.set()
        open_pages = [ask(line, "/events") for _ in range(5)]
        await settle()
        broken = [ask(line, "/broken") for _ in range(3)]
        assert all(isinstance(one, RuntimeError) for one in await asyncio.gather(*broken, return_exceptions=True))
        await asyncio.wait_for(ask(line), 5)
        assert not any(page.done() for page in open_pages)
        office.closes.set()
        await asyncio.gather(*open_pages)

    asyncio.run(run())


def test_who_gives_up_in_line_takes_no_place() -> None:
    async def run() -> None:
        office = Office()
        line = LineUp(office, at_once=1)
        first, second, third = ask(line), ask(line), ask(line)
        await settle()
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        office.goes_on.set()
        await asyncio.gather(first, third)

    asyncio.run(run())


def test_what_is_no_request_does_not_stand_in_line() -> None:
    async def run() -> None:
        office = Office()
        line = LineUp(office, at_once=1)
        held = ask(line)
        start = ask(line, kind="lifespan")
        await settle()
        assert office.working == 2
        office.goes_on.set()
        await asyncio.gather(held, start)

    asyncio.run(run())


def test_a_flood_of_gateways_leaves_the_places_of_people_and_is_told_to_come_again() -> None:
    async def run() -> None:
        office = Office()
        line = LineUp(office, at_once=10, gateways=2)
        told: list[dict[str, Any]] = []

        async def hear(message: Any) -> None:
            told.append(message)

        flood = [ask(line, "/gateway/sms/actual/inbound") for _ in range(GATEWAYS_WAITING + 2)]
        await settle()
        assert office.working == 2, "however many they are"
        page = ask(line)
        await settle()
        assert office.working == 3, "a person does not wait behind them"
        await line({"type": "http", "path": "/gateway/sms/actual/reports"}, nothing, hear)
        assert told[0]["status"] == 503
        assert (b"retry-after", b"2") in told[0]["headers"]
        flood[-1].cancel()
        office.goes_on.set()
        await asyncio.gather(page, *flood, return_exceptions=True)
        assert sum(not one.cancelled() for one in flood) == GATEWAYS_WAITING + 1
        await asyncio.wait_for(ask(line, "/gateway/sms/actual/inbound"), 5)

    asyncio.run(run())
