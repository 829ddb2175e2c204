"""How many requests are worked on at once: the others stand in line for a moment instead of being turned away.

Each request that is worked on holds a database connection of its own, and PostgreSQL as it is installed gives out a
hundred in all, of which lanes, backups and other programs need some.

Gateways stand in a line of their own with few places: one that is broken and hands in a thousand texts a second must not
take the places of people. What stands too far back in it is told to come again: a gateway keeps what was not taken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

AT_ONCE = 40
GATEWAYS_AT_ONCE = 3
GATEWAYS_WAITING = 60  # further ones are told to come again
GATEWAY_PATHS = "/gateway/"
AGAIN_SECONDS = 2

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class LineUp:
    """An ASGI application in front of `app`: at most `at_once` HTTP requests between their arrival and the first byte of
    their answer. What comes after that is only sent, so that a page that stays open for live news holds nobody up."""

    def __init__(self, app: App, at_once: int = AT_ONCE, gateways: int = GATEWAYS_AT_ONCE) -> None:
        self._app, self._places, self._gateways = app, asyncio.Semaphore(at_once), asyncio.Semaphore(gateways)
        self._waiting = 0

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"].startswith(GATEWAY_PATHS):
            await self._gateway(scope, receive, send)
        else:
            await self._in_line(scope, receive, send)

    async def _gateway(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if self._waiting >= GATEWAYS_WAITING:
            headers = [(b"retry-after", str(AGAIN_SECONDS).encode()), (b"content-length", b"0")]
            await send({"type": "http.response.start", "status": 503, "headers": headers})
            await send({"type": "http.response.body"})
            return
        self._waiting += 1
        try:
            await self._gateways.acquire()
        finally:
            self._waiting -= 1
        try:
            await self._in_line(scope, receive, send)
        finally:
            self._gateways.release()

    async def _in_line(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        place = _Place(self._places)
        await place.take()

        async def sent(message: Message) -> None:
            place.leave()
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            place.leave()


class _Place:
    """One place in line; left once, however often it is said."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places, self._held = places, False

    async def take(self) -> None:
        await self._places.acquire()
        self._held = True

    def leave(self) -> None:
        if self._held:
            self._held = False
            self._places.release()
