"""Clocks. Nothing in the lower layers reads the time by itself: it is given a `Clock` or a moment.

All moments are aware datetimes in UTC.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from muster.core.errors import InvalidInput


class Clock(Protocol):
    """Anything that tells the present moment."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


def as_utc(moment: datetime) -> datetime:
    """The same moment in UTC. Refuses naive datetimes ("clock.naive"), for nobody knows what they mean."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise InvalidInput("clock.naive", moment=moment.isoformat())
    return moment.astimezone(UTC)


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is set: for tests and for replay."""

    moment: datetime

    def __post_init__(self) -> None:
        self.moment = as_utc(self.moment)

    def now(self) -> datetime:
        return self.moment

    def set(self, moment: datetime) -> None:
        self.moment = as_utc(moment)

    def advance(self, minutes: float) -> None:
        """Moves the hands by `minutes` (negative moves them back)."""
        self.moment += timedelta(minutes=minutes)


@dataclass(frozen=True, slots=True)
class ScaledClock:
    """Virtual time that runs `speed` times as fast as the real time.

    At the real moment `base_real` it shows `base_virtual`. `real_now` tells the real time, so that the clock
    itself stays a pure function. A speed of 0 stands still; a negative one is refused ("clock.speed").
    """

    base_real: datetime
    base_virtual: datetime
    speed: float
    real_now: Callable[[], datetime]

    def __post_init__(self) -> None:
        if not math.isfinite(self.speed) or self.speed < 0:
            raise InvalidInput("clock.speed", speed=self.speed)
        object.__setattr__(self, "base_real", as_utc(self.base_real))
        object.__setattr__(self, "base_virtual", as_utc(self.base_virtual))

    def now(self) -> datetime:
        return self.base_virtual + self.speed * (as_utc(self.real_now()) - self.base_real)

    def at_speed(self, speed: float) -> ScaledClock:
        """A clock that goes on from this very moment at another speed, without a jump."""
        return ScaledClock(self.real_now(), self.now(), speed, self.real_now)
