"""The relay's web application (plain ASGI): members' pages, and the core's one address.

Whoever asks for a page must know a token whose hash the core has sent; whoever sends as the core must sign. Everything
else is refused here, counted per address, and never written down.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import structlog

from muster.codecs import relay
from muster.codecs.relay import Answer, Head, Page, Pull, Push
from muster.core.errors import Conflict, MusterError, Unreadable
from muster.edges.reply import page
from muster.edges.reply.http import Reply, Request, request_of, send_reply
from muster.edges.reply.inbox import take_inbox
from muster.edges.reply.keys import RelayKeys, load
from muster.edges.reply.store import Held, Store
from muster.edges.reply.words import language_of
from muster.jobs.throttle import Throttle

TOKEN = re.compile(r"/r/([A-Za-z0-9_-]{16,64})")
ANSWERS = ("accept", "decline", "unclear", "en_route")
MOST_FORM_BYTES = 2000
MOST_PUSH_BYTES = 8 * 2**20
HEAD = "x-muster-relay"
INBOX_SECONDS = 1.0
READ_SECONDS = 20.0
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Relay:
    """The application. `clock` is this machine's, in Unix seconds; the system's clock is what the core says it is."""

    folder: Path
    behind_proxy: bool = False
    clock: Callable[[], float] = time.time
    keys: RelayKeys = field(init=False)
    store: Store = field(init=False)
    ahead: timedelta | None = None  # system's clock minus this machine's, once the core has told it
    wrong_links: Throttle = field(default_factory=lambda: Throttle(limit=60, window_seconds=300))
    told: Throttle = field(default_factory=lambda: Throttle(limit=5, window_seconds=300))  # a flood fills no log

    def __post_init__(self) -> None:
        self.keys = load(self.folder)
        self.store = Store(self.folder)
        self.store.open(self.clock())

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            request = request_of(scope, receive, behind_proxy=self.behind_proxy)
            await send_reply(send, await self._answer(request), head_only=request.method == "HEAD")

    async def _live(self, receive, send) -> None:
        await receive()
        watching = asyncio.create_task(self._watch())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        watching.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def _watch(self) -> None:
        while True:
            for push in take_inbox(self.folder, self.keys.core, self.store, self.clock()):
                if self.ahead is None and push.at.timestamp() > self.clock():  # at least this far behind
                    self.ahead = timedelta(seconds=push.at.timestamp() - self.clock())
            await asyncio.sleep(INBOX_SECONDS)

    async def _answer(self, request: Request) -> Reply:
        if request.path == "/healthz":
            return Reply(200, b"ok\n", {"content-type": "text/plain"})
        if request.path == "/core/exchange":
            return await self._exchange(request)
        if request.method not in ("GET", "HEAD", "POST"):
            return Reply(405, headers={"allow": "GET, HEAD, POST"})
        found = TOKEN.fullmatch(request.path)
        if found:
            return await self._member(request, found.group(1))
        return self._notice(request, "check_in") if request.path.startswith("/c/") else self._gone(request)

    # --- members ------------------------------------------------------------------------------------------------

    async def _member(self, request: Request, token: str) -> Reply:
        """GET and HEAD only show; POST keeps an answer, then sends back to the page."""
        key = hashlib.sha256(token.encode()).hexdigest()
        held = self.store.page(key, self.clock())
        shown = held and self._open(token, held)
        if shown is None:
            return self._gone(request)
        if request.method != "POST":
            return self._own(request, key, token, shown)
        form = await request.body(MOST_FORM_BYTES)
        said = _said(form or b"", datetime.fromtimestamp(self.clock(), UTC))
        if said is None:
            return self._own(request, key, token, shown, problem="no_answer", status=422)
        if shown.face in page.CHANGEABLE:
            if self.store.is_full(key):
                return self._own(request, key, token, shown, problem="too_many", status=429)
            try:
                self._keep(key, token, said)
            except OSError as error:
                log.error("relay.not_kept", reason=error.strerror)
                return self._own(request, key, token, shown, problem="not_kept", status=503)
        return Reply(303, headers={"location": request.path})

    def _open(self, token: str, held: Held) -> Page | None:
        try:
            return relay.open_page(token, held.box)
        except Unreadable:
            log.error("relay.page_unreadable")
            return None

    def _keep(self, key: str, token: str, said: Answer) -> None:
        answer_id = secrets.token_hex(16)
        self.store.answer(key, answer_id, relay.seal_answer(token, said, answer_id=answer_id, nonce=os.urandom(12)))

    def _own(
        self, request: Request, key: str, token: str, shown: Page, *, problem: str = "", status: int = 200
    ) -> Reply:
        newest = self.store.newest.get(key)
        said = relay.open_answer(token, newest) if newest else None
        change = "change" in parse_qs(request.query, keep_blank_values=True, max_num_fields=10)
        now = None if self.ahead is None else datetime.fromtimestamp(self.clock(), UTC) + self.ahead
        view = page.Shown(self._language(request), secrets.token_urlsafe(16), now, said, change, problem)
        return _html(page.own(shown, view), view.nonce, status)

    def _gone(self, request: Request) -> Reply:
        """One page for forged, mistyped and dead addresses; who asks for too many gets no page any more."""
        self.wrong_links.count(request.address)
        if self.wrong_links.full(request.address):
            text = page.too_many(self._language(request)).encode()
            return Reply(429, text, {"retry-after": "300", "content-type": "text/plain; charset=utf-8"})
        return self._notice(request, "gone", status=404)

    def _notice(self, request: Request, kind: str, status: int = 200) -> Reply:
        view = page.Shown(self._language(request), secrets.token_urlsafe(16))
        return _html(page.notice(kind, view), view.nonce, status)

    def _language(self, request: Request) -> str:
        return language_of(request.headers.get("accept-language", ""), self.keys.language)

    # --- the core -----------------------------------------------------------------------------------------------

    async def _exchange(self, request: Request) -> Reply:
        """Pages in, answers out. A stranger's body is not even read."""
        try:
            head = self._head(request)
            body = await asyncio.wait_for(request.body(min(head.size, MOST_PUSH_BYTES)), READ_SECONDS)
            push = relay.unpack("push", body or b"", self.keys.core, Push)
            self.store.push(push, self.clock())
        except Conflict:
            return self._signed("behind", 409, self.store.turn)
        except (MusterError, TimeoutError) as error:
            if not self.told.full("push"):
                self.told.count("push")
                log.warning("relay.push_refused", code=str(error))
            return Reply(403)
        except OSError as error:
            log.error("relay.not_kept", reason=error.strerror)
            return Reply(503)
        self.ahead = push.at - datetime.fromtimestamp(self.clock(), UTC)
        after = push.ack if push.epoch == self.store.epoch else 0
        return self._signed("pull", 200, push.turn, after)

    def _head(self, request: Request) -> Head:
        words = request.headers.get(HEAD, "").encode("latin-1").replace(b"|", b"\n", 1)
        head = relay.unpack("head", words, self.keys.core, Head)
        if head.turn <= self.store.turn:
            raise Conflict("relay.behind", turn=self.store.turn)
        return head

    def _signed(self, kind: relay.Kind, status: int, turn: int, after: int | None = None) -> Reply:
        pull = Pull(
            turn=turn,
            at=datetime.fromtimestamp(self.clock(), UTC),
            epoch=self.store.epoch,
            last_seq=self.store.last_seq,
            pages=len(self.store.pages),
            answers=() if after is None else self.store.after(after),
        )
        return Reply(status, relay.pack(kind, pull, self.keys.own), {"content-type": "application/octet-stream"})


def _said(form: bytes, at: datetime) -> Answer | None:
    """The answer in a posted form; None when there is none. An unknown time or reason is left out."""
    try:
        fields = parse_qs(form.decode("utf-8"), max_num_fields=10)
    except ValueError:
        return None
    answer, eta, reason = (fields.get(name, [""])[0] for name in ("answer", "eta", "reason"))
    if answer not in ANSWERS:
        return None
    minutes = int(eta) if answer == "accept" and eta in map(str, relay.ETA_MINUTES) else None
    return Answer.model_validate(
        {
            "answer": answer,
            "eta_minutes": minutes,
            "reason": reason if answer == "decline" and reason in relay.REASONS else "",
            "at": at,
        }
    )


def _html(text: str, nonce: str, status: int) -> Reply:
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    return Reply(status, text.encode(), {"content-type": "text/html; charset=utf-8", "content-security-policy": policy})
