"""A limit on wrong guesses, in the memory of the process: no row is written for a request that nobody signed."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

MOST_KEYS = 10_000


class Throttle:
    """At most `limit` counted events per key within `window_seconds`; `clock` gives seconds that never go back."""

    def __init__(self, limit: int, window_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.limit = limit
        self.window_seconds = window_seconds
        self._clock = clock
        self._seen: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def count(self, key: str) -> None:
        """Note one event."""
        with self._lock:
            if len(self._seen) >= MOST_KEYS and key not in self._seen:
                self._seen.pop(next(iter(self._seen)))  # the oldest key; memory stays bounded under a flood
            self._seen.setdefault(key, deque(maxlen=self.limit)).append(self._clock())

    def full(self, key: str) -> bool:
        """Whether the limit is reached."""
        with self._lock:
            times = self._seen.get(key)
            return times is not None and len(times) == self.limit and self._clock() - times[0] < self.window_seconds

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._seen.clear()
