"""The lane to the reply relay: brings pages out and answers in. The core calls; nothing ever calls it from outside."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import structlog

from muster.apps.channels.actions import note_relay_answers, note_relay_heard, note_relay_trouble
from muster.apps.channels.models import RelayLink
from muster.apps.channels.relay_reads import relay_address, relay_link
from muster.apps.incidents.actions.relayed import take_relayed
from muster.apps.incidents.relay_pages import Changes
from muster.codecs.relay import Head, Pull, Push, SealedAnswer, SealedPage, pack, unpack
from muster.core.errors import MusterError, Unavailable, Unreadable
from muster.jobs.clock import now
from muster.jobs.lanes import Lane

PAGES_AT_ONCE = 500
TIMEOUT_SECONDS = 5.0  # without a byte
MOST_ANSWER_BYTES = 2 * 2**20
MOST_AHEAD_MS = 400 * 86_400_000  # a turn from further in the future is no clock that is wrong, but a lie
IDLE_SECONDS = 0.4
PAUSE_SECONDS = 2.0  # after a failure

log = structlog.get_logger(__name__)


def real_now() -> datetime:
    """This machine's clock, beside which the relay's is held."""
    return datetime.fromtimestamp(time.time(), UTC)


@dataclass(slots=True)
class Taken:
    """What became of the answers of one message; `refused`: code -> how many."""

    taken: int = 0
    double: int = 0
    refused: dict[str, int] = field(default_factory=dict)


def take_answers(pull: Pull, relay_now: datetime | None) -> Taken:
    """Record the answers of a message whose signature holds. Each stands for itself: a false one stops no true one."""
    done = Taken()
    for sealed in pull.answers:
        word = _take(sealed, relay_now)
        if word == "taken":
            done.taken += 1
        elif word == "double":
            done.double += 1
        else:
            done.refused[word] = done.refused.get(word, 0) + 1
    note_relay_answers(pull.epoch, [one.seq for one in pull.answers], sum(done.refused.values()))
    return done


def _take(sealed: SealedAnswer, relay_now: datetime | None) -> str:
    try:
        return take_relayed(sealed, relay_now)
    except MusterError as error:
        log.warning("relay.answer_refused", code=error.code, seq=sealed.seq)
        return error.code


@dataclass(slots=True)
class Relaying:
    """The lane's memory: pages still to go out. All else is in the database."""

    changes: Changes = field(default_factory=Changes)
    waiting: deque[SealedPage] = field(default_factory=deque)
    turn: int = 0
    acked: tuple[str, int] = ("", 0)  # the last acknowledgement whose pages are all out
    epoch: str | None = None  # of the relay that has our pages
    quiet_until: float = 0.0
    _client: httpx.Client | None = None

    def step(self) -> bool:
        """One exchange; whether there is more to do at once."""
        link = relay_link()
        if link is None or time.monotonic() < self.quiet_until:
            return False
        self.waiting.extend(self.changes.take())
        batch = [self.waiting[place] for place in range(min(PAGES_AT_ONCE, len(self.waiting)))]
        if len(batch) == len(self.waiting):
            self.acked = (link.epoch, link.taken_seq)
        try:
            pull = self._exchange(link, batch)
        except (MusterError, httpx.HTTPError) as error:
            code = error.code if isinstance(error, MusterError) else f"relay.{type(error).__name__}"
            note_relay_trouble(link, code[:40])
            self.quiet_until = time.monotonic() + PAUSE_SECONDS
            return False
        for _ in batch:
            self.waiting.popleft()
        return self._took(link, pull)

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None

    def _took(self, link: RelayLink, pull: Pull) -> bool:
        relay_now, first = pull.at, self.epoch is None
        if pull.epoch != self.epoch:  # a relay that lost its file, or another one: it has none of the earlier pages
            self.epoch = pull.epoch
            if not first:
                self.changes, self.waiting = Changes(), deque()
        note_relay_heard(link, (relay_now - real_now()).total_seconds())
        fresh = [one for one in pull.answers if pull.epoch != link.epoch or one.seq > link.taken_seq]
        done = Taken()
        if fresh or pull.epoch != link.epoch:
            done = take_answers(pull.model_copy(update={"answers": tuple(fresh)}), relay_now)
        return bool(self.waiting or done.taken)  # a relay that brings rubbish does not keep the lane spinning

    def _exchange(self, link: RelayLink, pages: list[SealedPage]) -> Pull:
        """Ask once, and once more when only our turn was behind the relay's (this clock was set back, say)."""
        self.turn = max(self.turn + 1, int(time.time() * 1000))
        status, answer = self._post(link, pages)
        if status == 409:
            behind = unpack("behind", answer, link.relay_key, Pull)
            if behind.turn > int(time.time() * 1000) + MOST_AHEAD_MS:
                raise Unreadable("relay.form")
            self.turn = max(self.turn, behind.turn) + 1
            status, answer = self._post(link, pages)
        if status != 200:
            raise Unavailable("relay.no_answer", status=status)
        pull = unpack("pull", answer, link.relay_key, Pull)
        if pull.turn != self.turn:  # an old answer played again
            raise Unreadable("relay.form")
        return pull

    def _post(self, link: RelayLink, pages: list[SealedPage]) -> tuple[int, bytes]:
        epoch, ack = self.acked
        push = Push(turn=self.turn, at=now(), epoch=epoch, ack=ack, pages=tuple(pages))
        body = pack("push", push, link.own_key)
        head = pack("head", Head(turn=self.turn, size=len(body)), link.own_key).replace(b"\n", b"|", 1)
        headers = {"x-muster-relay": head.decode("ascii"), "accept-encoding": "identity"}
        with self._open().stream("POST", f"{relay_address()}/core/exchange", content=body, headers=headers) as answer:
            return answer.status_code, _read(answer)

    def _open(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(timeout=TIMEOUT_SECONDS, trust_env=False)
        return self._client


def _read(answer: httpx.Response) -> bytes:
    found = b""
    for part in answer.iter_bytes():
        found += part
        if len(found) > MOST_ANSWER_BYTES:
            raise Unreadable("relay.form")
    return found


RELAY_LANE = Lane("relay", Relaying().step, idle_seconds=IDLE_SECONDS) if relay_address() else None
