"""A host whose clock jumps: every Python process with this folder on its path lives by the offset in a file.

LEAP_FILE holds seconds to add to the true time; it is read twenty times a second, and a change is a jump.
"""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

_file = os.environ.get("LEAP_FILE", "")


def _follow() -> None:
    travel, shown = None, 0.0
    while True:
        offset = float(Path(_file).read_text() or 0)
        if offset != shown:
            if travel is not None:
                travel.stop()
            travel = time_machine.travel(time.time() + offset, tick=True) if offset else None
            if travel is not None:
                travel.start()
            shown = offset
        threading.Event().wait(0.05)


def _start() -> None:
    threading.Thread(target=_follow, daemon=True).start()


if _file:
    import time_machine  # here and not in the thread: a fork meanwhile would leave the child with a locked import

    _utime = os.utime
    # what is touched gets the time of the host, as it would
    os.utime = lambda path, times=None, **more: _utime(path, times or (time.time(), time.time()), **more)
    os.register_at_fork(after_in_child=_start)
    _start()
