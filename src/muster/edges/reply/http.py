"""As much of ASGI as the relay needs: a request with a bounded body, an answer with the right headers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address

Message = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """`address`: of the client, or of his /64 network, since one line has 2^64 addresses."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    address: str
    receive: Receive

    async def body(self, most: int) -> bytes | None:
        """The whole body; None when it is longer than `most` bytes or the client went away."""
        size = self.headers.get("content-length", "0")
        if not size.isascii() or not size.isdigit() or len(size) > 12 or int(size) > most:
            return None
        found = b""
        while True:
            message = await self.receive()
            if message["type"] != "http.request":
                return None
            found += bytes(message.get("body") or b"")
            if len(found) > most:
                return None
            if not message.get("more_body"):
                return found


def request_of(scope: Message, receive: Receive, *, behind_proxy: bool) -> Request:
    """The request; behind a proxy the last entry of X-Forwarded-For is the client, being the one the proxy wrote."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        headers[name.decode("latin-1").lower()] = value.decode("latin-1")
    client = scope.get("client")
    address = str(client[0]) if client else ""
    if behind_proxy:
        address = headers.get("x-forwarded-for", address).rpartition(",")[2].strip()
    query = bytes(scope.get("query_string") or b"").decode("latin-1")
    return Request(str(scope["method"]), str(scope["path"]), query, headers, _network(address), receive)


def _network(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))
    return str(found)


async def send_reply(send: Send, reply: Reply, *, head_only: bool) -> None:
    """Nothing is kept, indexed, framed, guessed at or told to other sites."""
    headers = {
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex, nofollow",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "content-length": str(len(reply.body)),
        **reply.headers,
    }
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": pairs})
    await send({"type": "http.response.body", "body": b"" if head_only else reply.body})
