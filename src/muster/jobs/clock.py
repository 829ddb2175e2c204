"""Now, on the system's clock.

An exercise home holds `clock.json` {"base_real", "base_virtual", "speed"}: every process of that home then lives
in virtual time. Only an exercise home may have it (marker file `exercise.home`), so actual incidents never see it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

MARKER = "exercise.home"
FILE = "clock.json"

_seen: tuple[tuple[int, int], dict[str, float | str]] | None = None


def is_exercise_home() -> bool:
    """Whether this data folder was made for exercises only."""
    return (Path(settings.HOME) / MARKER).exists()


def now() -> datetime:
    """Current UTC time on the system's clock."""
    real = datetime.now(UTC)
    state = _state()
    if state is None:
        return real
    base_virtual = datetime.fromisoformat(str(state["base_virtual"]))
    elapsed = (real.timestamp() - float(state["base_real"])) * float(state["speed"])
    return base_virtual + timedelta(seconds=elapsed)


def speed() -> float:
    """Virtual seconds per real second; 1 in real life, 0 when an exercise clock stands still."""
    state = _state()
    return 1.0 if state is None else float(state["speed"])


def is_held() -> bool:
    """Whether the engine of an exercise is just moving things between two ticks: solving then would only be wasted."""
    state = _state()
    return state is not None and bool(state.get("hold", False))


def set_virtual(at: datetime, speed_factor: float) -> None:
    """Set the exercise clock to `at`, running at `speed_factor`. Only in an exercise home."""
    path = Path(settings.HOME) / FILE
    body = {
        "base_real": datetime.now(UTC).timestamp(),
        "base_virtual": at.astimezone(UTC).isoformat(),
        "speed": speed_factor,
    }
    scratch = path.with_suffix(".new")
    scratch.write_text(json.dumps(body), encoding="ascii")
    scratch.replace(path)


def _state() -> dict[str, float | str] | None:
    global _seen
    path = Path(settings.HOME) / FILE
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    key = (stat.st_mtime_ns, stat.st_ino)
    if _seen is None or _seen[0] != key:
        if not is_exercise_home():
            return None
        _seen = (key, json.loads(path.read_text(encoding="ascii")))
    return _seen[1]
