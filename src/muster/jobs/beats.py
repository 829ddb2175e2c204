"""Signs of life: each lane touches a file of its own about once a second; the health page reads the ages."""

from __future__ import annotations

import time
from pathlib import Path

from django.conf import settings

FOLDER = "run"
EVERY_SECONDS = 1.0


def _folder() -> Path:
    return Path(settings.HOME) / FOLDER


class Beat:
    """The sign of life of one lane. A step that takes long leaves the file old, which is the truth."""

    def __init__(self, name: str) -> None:
        self.path = _folder() / f"{name}.beat"
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        self.marked = float("-inf")

    def mark(self) -> None:
        if time.monotonic() - self.marked >= EVERY_SECONDS:
            self.path.touch(mode=0o600)
            self.marked = time.monotonic()

    def end(self) -> None:
        self.path.unlink(missing_ok=True)


def ages_seconds() -> dict[str, float]:
    """lane -> seconds since its last sign of life (real time); lanes that ended in order are absent."""
    return {
        path.stem: max(0.0, round(time.time() - path.stat().st_mtime, 1)) for path in sorted(_folder().glob("*.beat"))
    }
