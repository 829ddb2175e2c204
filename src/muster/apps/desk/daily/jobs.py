"""The morning sheet's part of the keep lane: asked for when its time has come, made when the plans are answered."""

from __future__ import annotations

import time
from datetime import timedelta

import structlog
from django.db import DatabaseError, OperationalError

from muster.access.rights import SYSTEM
from muster.apps.desk.daily.actions import begin, finish, miss
from muster.apps.desk.daily.reads import asked_sheets, is_due, plans_wait
from muster.apps.people.models import Member
from muster.core.errors import MusterError
from muster.core.units import beijing_day
from muster.jobs import clock

LOOK_SECONDS = 2.0
AGAIN_SECONDS = 60.0
LONGEST_WAIT = timedelta(minutes=10)

log = structlog.get_logger(__name__)


class Morning:
    """One lane's clock of the sheet; `step` looks every two seconds and tells whether it did something."""

    def __init__(self) -> None:
        self._next_look = float("-inf")

    def step(self) -> bool:
        if time.monotonic() < self._next_look:
            return False
        self._next_look = time.monotonic() + LOOK_SECONDS
        try:
            return daily_step()
        except OperationalError:  # a database that is away: the lane waits for it
            raise
        except (MusterError, DatabaseError) as error:  # backups share this lane and must go on
            log.error("daily.failed", code=getattr(error, "code", type(error).__name__))
            self._next_look = time.monotonic() + AGAIN_SECONDS
            return False


def daily_step() -> bool:
    """Ask for today's sheet, or make one that was asked for; the plans are waited for ten minutes at most, for a callout
    that keeps the planner busy must not keep the sheet back."""
    at = clock.now()
    today = beijing_day(at)
    for sheet in asked_sheets():
        if sheet.day != today:
            log.warning("daily.missed", day=sheet.day.isoformat())
            return miss(sheet)
        if plans_wait() and timedelta() <= at - sheet.asked_at < LONGEST_WAIT:
            return False
        made = finish(sheet, at)
        log.info("daily.made", day=today.isoformat(), mine=made)
        return made
    if not is_due(at) or not Member.objects.exists():
        return False  # an empty system has nothing to tell yet
    return begin(SYSTEM, at) is not None
