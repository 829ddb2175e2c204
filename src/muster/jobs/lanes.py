"""Lanes: endless small steps of background work, each over domain rows that carry their own state.

There is no second queue table: an outbox message, a wanted solve or an import run *is* the queue entry, claimed by
compare-and-set, so work and its state cannot disagree. Each lane runs in a process of its own and waits for no other.
"""

from __future__ import annotations

import importlib
import importlib.util
import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections

from muster.jobs import beats
from muster.jobs.clock import is_exercise_home

log = structlog.get_logger(__name__)

# name -> where the lane stands; named by text, since the parts lie above this layer
PLACES = {
    "send": "muster.apps.channels.jobs:SEND_LANE",
    "solve": "muster.apps.incidents.jobs:SOLVE_LANE",
    "import": "muster.apps.service.jobs:IMPORT_LANE",
    "keep": "muster.conf.keeping:KEEP_LANE",  # None in an exercise home
    "relay": "muster.apps.incidents.relaying:RELAY_LANE",  # None without a relay to talk to
}


SLOW_AFTER, SLOWER = 40, 5


@dataclass(frozen=True, slots=True)
class Lane:
    """`step` does one piece of work and tells whether there was any; `idle_seconds` is the pause when not, and
    SLOWER times that once nothing has been found so often that nothing is going on."""

    name: str
    step: Callable[[], bool]
    idle_seconds: float = 0.1


def find(name: str) -> Lane | None:
    """The lane of that name; None when its part is not installed. Error: KeyError for a name that no lane has."""
    module_name, _, attribute = PLACES[name].partition(":")
    if importlib.util.find_spec(module_name) is None:
        return None
    return getattr(importlib.import_module(module_name), attribute, None)


def run(lane: Lane, stop: threading.Event) -> None:
    """Run until `stop` is set. A database that is briefly away is waited for; other errors end the process, and the
    supervisor restarts it."""
    log.info("lane.started", lane=lane.name)
    beat, idle = beats.Beat(lane.name), 0
    # An exercise from event to event waits for the lanes at every step.
    slower = 1 if is_exercise_home() else SLOWER
    while not stop.is_set():
        beat.mark()
        try:
            worked = lane.step()
        except (OperationalError, InterfaceError) as error:
            log.warning("lane.database_away", lane=lane.name, error=str(error))
            close_old_connections()
            worked = False
            stop.wait(1.0)
        idle = 0 if worked else idle + 1
        if idle:
            # Looking costs a few queries: a system at rest would keep a small server busy for nothing.
            stop.wait(lane.idle_seconds * (slower if idle > SLOW_AFTER else 1))
    beat.end()
    log.info("lane.stopped", lane=lane.name)
