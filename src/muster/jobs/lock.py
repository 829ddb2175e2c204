"""One system per data folder: a lock file that tells a second start where the first one answers."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path

from muster.core.errors import Conflict

FILE = "up.lock"


class HomeLock:
    """Held while the system runs; the kernel lets go of it when the process ends, however that happens."""

    def __init__(self, home: Path) -> None:
        self.path = home / FILE
        self.handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)

    def take(self, address: str) -> None:
        """Error: Conflict "up.running" with the running one's address and process id."""
        try:
            fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            running = read(self.path)
            os.close(self.handle)
            raise Conflict("up.running", **running) from error
        os.ftruncate(self.handle, 0)
        os.pwrite(self.handle, json.dumps({"address": address, "pid": os.getpid()}).encode(), 0)

    def free(self) -> None:
        os.ftruncate(self.handle, 0)
        os.close(self.handle)


def read(path: Path) -> dict[str, object]:
    """{"address", "pid"} of whoever wrote the lock file last; empty when it is being written."""
    try:
        text = path.read_text(encoding="ascii")
        return json.loads(text) if text else {}
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def address(home: Path) -> str:
    """Where the running system of that data folder answers; "" when none runs or it has no address yet."""
    said = str(read(home / FILE).get("address", "")) if is_held(home) else ""
    return said if said.startswith(("http://", "https://")) else ""


def is_held(home: Path) -> bool:
    """Whether some process holds the lock of that data folder just now."""
    try:
        handle = os.open(home / FILE, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
