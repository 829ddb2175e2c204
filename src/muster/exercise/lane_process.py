"""The processes of the lanes of this home as the kernel knows them: found through the supervisor, killed, seen again."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from muster.core.errors import Unavailable
from muster.jobs import beats
from muster.jobs.lock import FILE, is_held, read

LANES = ("solve", "send")
BACK_SECONDS, LOOK_SECONDS = 30.0, 0.05


@dataclass(frozen=True, slots=True)
class LaneProcess:
    """`began`: the kernel's start time, so that a number given out anew is never taken for the old process."""

    pid: int
    began: str


def lane_processes() -> dict[str, LaneProcess]:
    """lane -> its process, among the children of the supervisor that holds this home; empty where none runs."""
    home = Path(settings.HOME)
    supervisor = read(home / FILE).get("pid") if is_held(home) else None
    found = {}
    for folder in Path("/proc").glob("[0-9]*") if supervisor else ():
        seen = _look(folder)
        if seen is not None and seen[0] == supervisor:
            found[seen[1]] = seen[2]
    return found


def _look(folder: Path) -> tuple[int, str, LaneProcess] | None:
    """(parent, lane, process) of a lane's process; None for any other, or one that has just ended."""
    try:
        words = (folder / "cmdline").read_bytes().split(b"\0")
        if b"--lane" not in words:
            return None
        facts = (folder / "stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    lane = words[words.index(b"--lane") + 1].decode()
    return int(facts[1]), lane, LaneProcess(int(folder.name), facts[19])


@dataclass(frozen=True, slots=True)
class Killed:
    """A process that was killed: `at` by the clock of files (real time), `began` by one that never jumps, seconds."""

    process: LaneProcess
    at: float
    began: float


def kill(lane: str) -> Killed:
    """kill -9, without warning. Error: Unavailable "exercise.no_lane" when it does not run just now."""
    found = lane_processes().get(lane)
    if found is None:
        raise Unavailable("exercise.no_lane")
    os.kill(found.pid, signal.SIGKILL)
    return Killed(found, time.time(), time.monotonic())


def seconds_until_back(lane: str, killed: Killed) -> float | None:
    """Real seconds from the kill until another process of the lane has given its first sign of life; None after
    BACK_SECONDS."""
    beat = Path(settings.HOME) / beats.FOLDER / f"{lane}.beat"
    while time.monotonic() - killed.began < BACK_SECONDS:
        new = lane_processes().get(lane)
        if new is not None and new != killed.process and beat.exists() and beat.stat().st_mtime > killed.at:
            return time.monotonic() - killed.began
        time.sleep(LOOK_SECONDS)
    return None
