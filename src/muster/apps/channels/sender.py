"""The sender: takes claimed messages to the gateway, several at a time over kept-open connections.

Threads do HTTP and nothing else; the database is used by the one thread of the lane.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from typing import Literal

import httpx
import structlog
from django.conf import settings

from muster.apps.channels.actions.inbox import announce_left_over
from muster.apps.channels.actions.sending import claim_batch, mark_failed, mark_sent, recover_claims
from muster.apps.channels.gates import check_may_leave, gateway_url
from muster.apps.channels.models import OutMessage
from muster.apps.channels.signing import headers, mode_of
from muster.core.errors import MusterError
from muster.jobs.clock import now

PARALLEL = 8
BATCH = 40  # even when every try takes the whole timeout, 40/8 x 5 s stays within the lease
TIMEOUT_SECONDS = 5.0  # without a byte
DEADLINE_SECONDS = 8.0  # for the whole answer, however it trickles
MOST_ANSWER_BYTES = 64 * 2**10
RECOVER_EVERY_SECONDS = 2.0
# The gateway has read the message and will never take it; everything else may be mended by a later try.
_REFUSALS = frozenset({400, 409, 410, 413, 414, 415, 422})
# Refused before anything was taken: unavailable, too many, wrong key, wrong address.
_NOT_TAKEN = frozenset({401, 403, 404, 405, 429, 503})

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one thread needs to hand a message over, and no database row."""

    client_id: str
    to: str
    text: str
    exercise: bool
    url: str
    key: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """`taken`; `refused` for good; `again`: surely not taken; `perhaps`: nobody knows."""

    word: Literal["taken", "refused", "again", "perhaps"]
    error: str = ""


def hand_over(client: httpx.Client, parcel: Parcel) -> Outcome:
    """One try. The check of mode and gateway is the last thing before the socket."""
    body = json.dumps(
        {"id": parcel.client_id, "to": parcel.to, "text": parcel.text, "exercise": parcel.exercise}, ensure_ascii=False
    ).encode()
    started = time.monotonic()
    signed = headers(parcel.key, mode_of(parcel.exercise), int(time.time()), body)
    try:
        check_may_leave(exercise=parcel.exercise, body=parcel.text, url=parcel.url)
        signed |= {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        with client.stream("POST", f"{parcel.url}/messages", content=body, headers=signed) as answer:
            return _outcome(answer, _read(answer, started))
    except MusterError as error:
        return Outcome("refused", error.code)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as error:
        return Outcome("again", f"gateway.{type(error).__name__}")
    except httpx.HTTPError as error:
        return Outcome("perhaps", f"gateway.{type(error).__name__}")


def _read(answer: httpx.Response, started: float) -> bytes | None:
    """The answer's body. None when it is too long or only trickles in: no gateway may hold the lane up."""
    found = b""
    for part in answer.iter_bytes():
        found += part
        if len(found) > MOST_ANSWER_BYTES or time.monotonic() - started > DEADLINE_SECONDS:
            return None
    return found


def _outcome(answer: httpx.Response, body: bytes | None) -> Outcome:
    code = f"gateway.{answer.status_code}"
    if answer.status_code in _REFUSALS:
        return Outcome("refused", code)
    if answer.status_code in _NOT_TAKEN or answer.is_redirect:
        return Outcome("again", code)
    if not answer.is_success:
        return Outcome("perhaps", code)
    if body is None:
        return Outcome("perhaps", "gateway.endless")
    try:
        accepted = json.loads(body)["accepted"]
    except (ValueError, KeyError, TypeError):
        return Outcome("perhaps", "gateway.unreadable")
    return Outcome("taken") if accepted is True else Outcome("refused", "gateway.not_accepted")


class Sender:
    """One lane's sender. `step` sends one batch and tells whether there was any; results are kept as they come in."""

    def __init__(self) -> None:
        self._client: httpx.Client | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._recovered_at: float | None = None

    def step(self) -> bool:
        due = self._recover()
        batch = claim_batch(BATCH)
        if batch:
            self._send(batch)
        if due:
            announce_left_over()  # last: whatever is wrong with a text that came in, alerts have left
        return bool(batch)

    def close(self) -> None:
        """Give back connections and threads."""
        if self._threads:
            self._threads.shutdown()
        if self._client:
            self._client.close()
        self._threads = self._client = None

    def _recover(self) -> bool:
        """Free lost claims, every other second; whether it was time."""
        moment = time.monotonic()
        if self._recovered_at is not None and moment - self._recovered_at < RECOVER_EVERY_SECONDS:
            return False
        found = recover_claims(at_start=self._recovered_at is None)
        self._recovered_at = moment
        if found:
            log.warning("sender.recovered", messages=found)
        return True

    def _send(self, batch: list[OutMessage]) -> None:
        """Never more than PARALLEL handed over and not yet written down: a crash leaves no more than those in doubt."""
        client, threads = self._open()
        waiting = iter(batch)
        running: dict[Future[Outcome], OutMessage] = {}
        for message in islice(waiting, PARALLEL):
            running[threads.submit(hand_over, client, _parcel(message))] = message
        while running:
            done, _ = wait(running, timeout=DEADLINE_SECONDS + TIMEOUT_SECONDS, return_when=FIRST_COMPLETED)
            if (
                not done
            ):  # not even the head of an answer gets done: bytes trickle in, so no time limit of a read strikes
                self._give_up([*running.values()], [*waiting])
                return
            for result in done:
                _keep(running.pop(result), result.result())
                for message in islice(waiting, 1):
                    running[threads.submit(hand_over, client, _parcel(message))] = message

    def _give_up(self, in_doubt: list[OutMessage], untouched: list[OutMessage]) -> None:
        """Leave hung connections behind, with their threads, and begin afresh with the next batch."""
        for message in in_doubt:
            _keep(message, Outcome("perhaps", "gateway.endless"))
        for message in untouched:
            _keep(message, Outcome("again", "gateway.endless"))
        if self._threads and self._client:
            self._threads.shutdown(wait=False, cancel_futures=True)
            self._client.close()
        self._threads = self._client = None

    def _open(self) -> tuple[httpx.Client, ThreadPoolExecutor]:
        if self._client is None or self._threads is None:
            limits = httpx.Limits(max_connections=PARALLEL, max_keepalive_connections=PARALLEL)
            # trust_env: a proxy from the environment must not see who is called.
            self._client = httpx.Client(timeout=TIMEOUT_SECONDS, limits=limits, trust_env=False)
            self._threads = ThreadPoolExecutor(PARALLEL, thread_name_prefix="send")
        return self._client, self._threads


def _parcel(message: OutMessage) -> Parcel:
    return Parcel(
        client_id=message.client_id,
        to=message.member.phone,
        text=message.body,
        exercise=message.exercise,
        url=gateway_url(message.exercise),
        key=settings.SECRETS.gateway_key,
    )


def _keep(message: OutMessage, outcome: Outcome) -> None:
    if outcome.word == "taken":
        kept = mark_sent(message, at=now())
    else:
        log.warning("sender.not_taken", message=message.client_id, error=outcome.error)
        kept = mark_failed(
            message, error=outcome.error, perhaps=outcome.word == "perhaps", final=outcome.word == "refused"
        )
    if kept is None:
        log.warning("sender.claim_lost", message=message.client_id)
