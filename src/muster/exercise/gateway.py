"""The exercise's own SMS gateway, and a trap in the place of the real one.

Speaks the gateway protocol both ways: takes POST /messages from the sender, and hands in delivery reports and texts.
POST /trouble, signed alike, asks for what goes wrong on purpose and changes it (see `muster.exercise.trouble`).
The trap stands where a real gateway's address would be: whatever reaches it is a fault.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from muster.apps.channels.signing import SIGNATURE_HEADER, TIME_HEADER, check_signature, headers
from muster.core.errors import NotAllowed, Unavailable
from muster.exercise.trouble import DOWN, LYING, SLOW, SLOW_SECONDS, Trouble

LOOPBACK = "127.0.0.1"
TAKEN, REFUSED = (202, b'{"accepted": true}'), (400, b'{"accepted": false}')
AWAY = (503, b'{"accepted": false}')
Answer = tuple[int, bytes]
HAND_IN_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Text:
    """A message as the gateway got it."""

    id: str
    to: str
    body: str
    exercise: bool


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, answer = self.server.taker(self.path, dict(self.headers.items()), body)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: object) -> None:
        """Quiet: the engine reports."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, taker: Any, port: int) -> None:
        self.taker = taker
        super().__init__((LOOPBACK, port), _Handler)


class Gateway:
    """Runs in a thread of this process. `key` is the home's gateway key; `texts` come out once, oldest first."""

    def __init__(self, key: str, port: int = 0) -> None:
        self._key = key
        self._lock = threading.Lock()
        self._new: list[Text] = []
        self._known: dict[str, Text] = {}
        self._held: list[tuple[str, dict[str, str]]] = []  # (what, item) that waits for the gateway to work again
        self.trouble = Trouble()
        self.lost: set[str] = set()  # phones whose text was taken and never arrived
        self.doubled = 0
        self.refused = 0
        self._server = _Server(self._take, port)
        self._thread = threading.Thread(target=self._server.serve_forever, name="gateway", daemon=True)
        self._client = httpx.Client(timeout=30.0, trust_env=False)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._client.close()

    def _take(self, path: str, sent: dict[str, str], body: bytes) -> Answer:
        """One message; the same id again is taken and not delivered twice. 202, or 400 for what is not ours."""
        named = {name.lower(): value for name, value in sent.items()}
        stamp, signature = named.get(TIME_HEADER.lower(), ""), named.get(SIGNATURE_HEADER.lower(), "")
        try:
            check_signature(self._key, "exercise", stamp, signature, body, int(time.time()))
        except NotAllowed:
            self.refused += 1
            return REFUSED
        if path == "/trouble":
            return self._change(body)
        if self.trouble.mode == DOWN:
            return AWAY
        if self.trouble.mode == SLOW:
            time.sleep(SLOW_SECONDS)
        return self._keep(json.loads(body)) if path == "/messages" else REFUSED

    def _keep(self, raw: dict[str, Any]) -> Answer:
        text = Text(raw["id"], raw["to"], raw["text"], bool(raw["exercise"]))
        with self._lock:
            if text.id in self._known:
                self.doubled += 1
                return TAKEN
            self._known[text.id] = text
            if not self.trouble.loses(text.to):
                self._new.append(text)
                return TAKEN
            self.lost.add(text.to)
            if self.trouble.mode == LYING and not self.trouble.cuts_off(text.to):
                self._held.append(("reports", {"id": text.id, "status": "delivered", "detail": ""}))
        return TAKEN

    def _change(self, body: bytes) -> Answer:
        """Take what the panel orders; 200 and what goes wrong now."""
        try:
            with self._lock:
                self.trouble = self.trouble.changed(json.loads(body))
        except (ValueError, KeyError, TypeError, AttributeError):
            return REFUSED
        return 200, self.trouble.shown()

    def collect(self) -> list[Text]:
        """What came in since the last time, in an order that does not depend on threads."""
        with self._lock:
            found, self._new = self._new, []
        return sorted(found, key=lambda text: (text.to, text.body))

    def everything(self) -> list[Text]:
        """All texts ever taken."""
        with self._lock:
            return list(self._known.values())

    def hand_in(self, base: str, what: str, items: list[dict[str, str]]) -> None:
        """`what`: "reports" or "inbound"; kept back while the gateway is down. Unavailable "exercise.gateway_refused"
        unless the system takes them."""
        with self._lock:
            self._held += [(what, item) for item in items]
        self.hand_in_held(base)

    def hand_in_held(self, base: str) -> None:
        """Whatever waits, unless the gateway is down. Errors: as `hand_in`."""
        if self.trouble.mode == DOWN:
            return
        with self._lock:
            held, self._held = self._held, []
        for what in ("reports", "inbound"):
            self._bring(base, what, [item for kind, item in held if kind == what])

    def _bring(self, base: str, what: str, items: list[dict[str, str]]) -> None:
        for start in range(0, len(items), HAND_IN_AT_ONCE):
            body = json.dumps(items[start : start + HAND_IN_AT_ONCE], ensure_ascii=False).encode()
            signed = headers(self._key, "exercise", int(time.time()), body)
            answer = self._client.post(
                f"{base}/gateway/sms/exercise/{what}",
                content=body,
                headers={"Content-Type": "application/json", **signed},
            )
            if answer.status_code != 200:
                raise Unavailable("exercise.gateway_refused", what=what, status=answer.status_code)


class Trap:
    """Counts whatever comes to the address of the real gateway."""

    def __init__(self) -> None:
        self.caught = 0
        self._server = _Server(self._take, 0)
        threading.Thread(target=self._server.serve_forever, name="trap", daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    def _take(self, path: str, sent: dict[str, str], body: bytes) -> Answer:
        del path, sent, body
        self.caught += 1
        return AWAY

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
