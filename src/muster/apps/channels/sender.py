"""The sender: takes claimed messages to the gateway, several at a time over kept-open connections.

Threads do HTTP and nothing else; the database is used by the one thread of the lane.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import httpx
import structlog
from django.conf import settings
from django.db import transaction

from muster.apps.channels.actions.following import move_on
from muster.apps.channels.actions.inbox import announce_left_over
from muster.apps.channels.actions.sending import claim_batch, due_channels, mark_failed, mark_sent, recover_claims
from muster.apps.channels.actions.testing import comms_step
from muster.apps.channels.addresses import address, contacts_of
from muster.apps.channels.gates import check_may_leave, gateway_url
from muster.apps.channels.lines import LINES, Outcome, Parcel, http
from muster.apps.channels.models import OutMessage
from muster.core.errors import MusterError
from muster.jobs.clock import now

PARALLEL = 8
BATCH = 40  # even when every try takes the whole timeout, 40/8 x 5 s stays within the lease
RECOVER_EVERY_SECONDS = 2.0
LOOK_SECONDS = 0.25  # so often it is looked whether another channel has something to send
log = structlog.get_logger(__name__)


def hand_over(client: httpx.Client, parcel: Parcel) -> Outcome:
    """One try on the parcel's line. The check of mode and gateway is the last thing before the socket."""
    try:
        check_may_leave(exercise=parcel.exercise, body=parcel.text, url=parcel.url, channel=parcel.channel)
    except MusterError as error:
        return Outcome("refused", error.code)
    if parcel.channel != "sms" and not parcel.to:
        return Outcome("refused", "channels.no_address")  # taken off the books since the alert was written
    return LINES[parcel.channel].send(client, parcel)


class Pool:
    """One channel's connections and threads, what they hold now, and what waits for one of them.

    Channels share nothing, so that one whose gateway hangs holds up no other.
    """

    def __init__(self, channel: str) -> None:
        # trust_env: a proxy from the environment must not see who is called.
        limits = httpx.Limits(max_connections=PARALLEL, max_keepalive_connections=PARALLEL)
        self._client = httpx.Client(timeout=http.TIMEOUT_SECONDS, limits=limits, trust_env=False)
        self._threads = ThreadPoolExecutor(PARALLEL, thread_name_prefix=f"send-{channel}")
        self._waiting: deque[tuple[OutMessage, Parcel]] = deque()
        self.running: dict[Future[Outcome], OutMessage] = {}
        self._moved_at = 0.0

    def take(self, batch: list[tuple[OutMessage, Parcel]]) -> None:
        self._waiting.extend(batch)
        self._moved_at = time.monotonic()
        self._top_up()

    def keep(self, results: Iterable[Future[Outcome]]) -> None:
        """Write down what became of these, in one transaction, for each costs the disk a turn. Never more than PARALLEL
        are handed over and not yet written down: a crash leaves no more than those in doubt."""
        done = [(self.running.pop(result), result.result()) for result in results]
        if not done:
            return
        with transaction.atomic():
            for message, outcome in done:
                _keep(message, outcome)
        self._moved_at = time.monotonic()
        self._top_up()

    def _top_up(self) -> None:
        while self._waiting and len(self.running) < PARALLEL:
            message, parcel = self._waiting.popleft()
            self.running[self._threads.submit(hand_over, self._client, parcel)] = message

    def claims(self) -> set[str]:
        """Claims of all that it holds: being sent, or waiting for that."""
        held = [*self.running.values(), *(message for message, _parcel in self._waiting)]
        return {message.claim for message in held}

    @property
    def hangs(self) -> bool:
        """Not even the head of an answer gets done: bytes trickle in, so no time limit of a read strikes."""
        return bool(self.running) and time.monotonic() - self._moved_at > http.DEADLINE_SECONDS + http.TIMEOUT_SECONDS

    def give_up(self) -> None:
        """Leave hung connections behind, with their threads; the channel begins afresh with its next batch."""
        for message in self.running.values():
            _keep(message, Outcome("perhaps", "gateway.endless"))
        for message, _parcel in self._waiting:
            _keep(message, Outcome("again", "gateway.endless"))
        self.running.clear()
        self._waiting.clear()
        self.close(wait=False)

    def close(self, *, wait: bool = True) -> None:
        self._threads.shutdown(wait=wait, cancel_futures=not wait)
        self._client.close()


class Sender:
    """One lane's sender. `step` sends a batch of one channel, others beside it, and tells whether there was any."""

    def __init__(self) -> None:
        self._pools: dict[str, Pool] = {}
        self._recovered_at: float | None = None

    def step(self) -> bool:
        due = self._recover()
        self._fill()
        worked = self._work()
        if due:
            worked = move_on(now()) > 0 or worked
            worked = comms_step(now()) or worked
            announce_left_over()  # last: whatever is wrong with a text that came in, alerts have left
        return worked

    def close(self) -> None:
        """Give back connections and threads."""
        for pool in self._pools.values():
            pool.close()
        self._pools = {}

    def _recover(self) -> bool:
        """Free lost claims, every other second; whether it was time."""
        moment = time.monotonic()
        if self._recovered_at is not None and moment - self._recovered_at < RECOVER_EVERY_SECONDS:
            return False
        holding = {claim for pool in self._pools.values() for claim in pool.claims()}
        found = recover_claims(at_start=self._recovered_at is None, holding=holding)
        self._recovered_at = moment
        if found:
            log.warning("sender.recovered", messages=found)
        return True

    def _fill(self) -> None:
        """Claim a batch for every channel that has nothing under way and something to send."""
        for channel in due_channels():
            if channel in self._pools and self._pools[channel].running:
                continue
            batch = claim_batch(BATCH, channel)
            if batch:
                self._pools.setdefault(channel, Pool(channel)).take(_parcels(batch))

    def _work(self) -> bool:
        """Until one channel has sent all it held; whether there was any. The others go on with the next step."""
        looked = time.monotonic()
        while active := [pool for pool in self._pools.values() if pool.running]:
            wait([result for pool in active for result in pool.running], LOOK_SECONDS, FIRST_COMPLETED)
            for pool in active:
                pool.keep([result for result in pool.running if result.done()])
            self._give_up_hung()
            if any(not pool.running for pool in active):
                return True
            if time.monotonic() - looked > LOOK_SECONDS:
                self._fill()
                looked = time.monotonic()
        return False

    def _give_up_hung(self) -> None:
        for channel in [channel for channel, pool in self._pools.items() if pool.hangs]:
            self._pools.pop(channel).give_up()


def _parcels(batch: list[OutMessage]) -> list[tuple[OutMessage, Parcel]]:
    more = [message.member_id for message in batch if message.channel != "sms"]
    contacts = contacts_of(more) if more else {}
    return [(message, _parcel(message, contacts.get(message.member_id, {}))) for message in batch]


def _parcel(message: OutMessage, contacts: dict[str, str]) -> Parcel:
    channel = message.channel
    return Parcel(
        client_id=message.client_id,
        to=message.member.phone if channel == "sms" else address(channel, message.member, contacts),
        text=message.body,
        exercise=message.exercise,
        url=gateway_url(message.exercise, channel),
        key=settings.SECRETS.gateway_key,
        channel=channel,
        language=settings.LANGUAGE_CODE,
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
