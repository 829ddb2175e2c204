"""Cookies that come one by one, as browsers send them over HTTP/2, reach the program as one header."""

from __future__ import annotations

import asyncio
from typing import Any

from muster.conf.cookie_crumbs import CookieCrumbs


def passed_on(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """What the application behind it sees."""
    seen: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope)

    async def never(*_: object) -> Any:
        raise AssertionError("nothing is read or sent here")

    given = {"type": "http", "headers": list(headers)}
    asyncio.run(CookieCrumbs(app)(given, never, never))
    assert given["headers"] == headers, "what was given stays as it was"
    return list(seen[0]["headers"])


def test_crumbs_become_one_header_in_their_order() -> None:
    headers = [(b"cookie", b"a=1"), (b"accept", b"x"), (b"cookie", b"b=2; c=3"), (b"accept", b"y")]
    assert passed_on(headers) == [(b"accept", b"x"), (b"accept", b"y"), (b"cookie", b"a=1; b=2; c=3")]


def test_what_is_whole_already_is_left_alone() -> None:
    assert passed_on([(b"cookie", b"a=1; b=2")]) == [(b"cookie", b"a=1; b=2")]
    assert passed_on([]) == []


def test_the_start_and_the_end_of_the_server_have_no_headers() -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    async def never(*_: object) -> Any:
        raise AssertionError("nothing is read or sent here")

    asyncio.run(CookieCrumbs(app)({"type": "lifespan"}, never, never))
    assert seen == ["lifespan"]
