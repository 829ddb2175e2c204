"""The hand on the clock of an exercise home: writes the file by which all its processes tell the time."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from muster.jobs.clock import FILE


class ClockHand:
    """`speed` virtual seconds per real second; 0 stands still until moved."""

    def __init__(self, home: Path, at: datetime, speed: float) -> None:
        self._path = home / FILE
        self._at, self._speed, self._base = at, speed, time.time()
        self.set(at, speed)

    def now(self) -> datetime:
        """What the clock shows."""
        return self._at + timedelta(seconds=(time.time() - self._base) * self._speed)

    @property
    def speed(self) -> float:
        return self._speed

    def set(self, at: datetime, speed: float | None = None, *, hold: bool = False) -> None:
        """Move to `at`, going on at `speed` (as before when None). While held, nothing is solved."""
        self._at, self._base = at, time.time()
        self._speed = self._speed if speed is None else speed
        body: dict[str, object] = {"base_real": self._base, "base_virtual": at.astimezone(UTC).isoformat()}
        body |= {"speed": self._speed, "hold": hold}
        scratch = self._path.with_suffix(".new")
        scratch.write_text(json.dumps(body), encoding="ascii")
        scratch.replace(self._path)

    def hold(self, hold: bool) -> None:
        """Hold or let go of solving while the clock stands."""
        if self._speed == 0.0:
            self.set(self._at, hold=hold)
