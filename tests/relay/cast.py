"""Two links, two keys, and a page as the core would send it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import httpx

from muster.codecs import relay
from muster.edges.reply import keys
from muster.edges.reply.app import Relay

TOKEN = "LinkOfTheFirstMember22"
OTHER = "LinkOfAnotherMember-22"
CORE = "11" * 32
RELAY = "22" * 32
PAGE = relay.Page(
    face="ask",
    exercise=False,
    title="变电站周边火灾 <b>",
    kind=("火灾", "Fire"),
    point=("A 栗雨广场", "A Liyu Square"),
    address="栗雨路1号",
    role=("灭火支援", "Fire support"),
    desk_phone="0731-000 0000",
    due_at=datetime(2026, 7, 14, 6, 50, tzinfo=UTC),
)


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def sealed_page(token: str = TOKEN, page: relay.Page = PAGE, keep_seconds: int = 3600) -> relay.SealedPage:
    return relay.SealedPage(page=hash_of(token), box=relay.seal_page(token, page, b"p" * 12), keep_seconds=keep_seconds)


def make_folder(path: Path) -> Path:
    """A relay's folder with the keys of the cast."""
    (path / keys.INBOX).mkdir(parents=True)
    (path / keys.FILE).write_text(
        keys.to_text(keys.RelayKeys(own=RELAY, core=relay.public_key(CORE))), encoding="ascii"
    )
    return path


@dataclass
class Phone:
    """Talks to a relay in this very process, as a server would, without a socket."""

    app: Relay
    address: str = "203.0.113.7"

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> httpx.Response:
        async def call() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, client=(self.address, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://relay.example") as client:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                return await client.request(method, path, content=body, headers=named)

        return asyncio.run(call())

    def look(self, token: str = TOKEN, query: str = "", language: str = "en") -> httpx.Response:
        return self.ask("GET", f"/r/{token}{query}", accept_language=language)

    def press(self, answer: str, token: str = TOKEN, **more: str) -> httpx.Response:
        form = urlencode({"answer": answer, **more}).encode()
        return self.ask("POST", f"/r/{token}", form, accept_language="en")


@dataclass
class Core:
    """The core's side of an exchange, with its own counter of turns. `post` sends (body, headers) and returns (status, body)."""

    post: Callable[[bytes, dict[str, str]], tuple[int, bytes]]
    key: str = CORE
    turn: int = 0

    def message(self, **fields: object) -> tuple[bytes, dict[str, str]]:
        self.turn += 1
        push = relay.Push.model_validate({"turn": self.turn, "at": datetime(2026, 7, 14, 6, 20, tzinfo=UTC), **fields})
        body = relay.pack("push", push, self.key)
        head = relay.pack("head", relay.Head(turn=push.turn, size=len(body)), self.key)
        return body, {"x-muster-relay": head.replace(b"\n", b"|", 1).decode()}

    def exchange(self, **fields: object) -> relay.Pull:
        status, answer = self.post(*self.message(**fields))
        assert status == 200, status
        return relay.unpack("pull", answer, relay.public_key(RELAY), relay.Pull)


def core_of(phone: Phone) -> Core:
    """A core that talks to the relay behind `phone`."""

    def post(body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        answer = phone.ask("POST", "/core/exchange", body, **{n.replace("-", "_"): v for n, v in headers.items()})
        return answer.status_code, answer.content

    return Core(post)
