"""Lanes: endless small steps of background work, each over domain rows that carry their own state.

There is no second queue table: an outbox message, a wanted solve or an import run *is* the queue entry, claimed by
compare-and-set, so work and its state cannot disagree. Each lane runs in a process of its own and never waits for another.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.db import OperationalError, close_old_connections

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Lane:
    """`step` does one piece of work and tells whether there was any; `idle_seconds` is the pause when there was none."""

    name: str
    step: Callable[[], bool]
    idle_seconds: float = 0.1


def run(lane: Lane, stop: threading.Event) -> None:
    """Run until `stop` is set. A database that is briefly away is waited for; other errors end the process, and the supervisor restarts it."""
    log.info("lane.started", lane=lane.name)
    while not stop.is_set():
        try:
            worked = lane.step()
        except OperationalError as error:
            log.warning("lane.database_away", lane=lane.name, error=str(error))
            close_old_connections()
            worked = False
            stop.wait(1.0)
        if not worked:
            stop.wait(lane.idle_seconds)
    log.info("lane.stopped", lane=lane.name)
