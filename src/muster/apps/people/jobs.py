"""The imports' part of the import lane: checks uploads and takes over what was ordered, one at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from muster.apps.people import vault, wiping
from muster.apps.people.actions import runs
from muster.apps.people.models import ImportRun

IDLE_SECONDS = 0.5


@contextmanager
def _sole_owner(run: ImportRun) -> Iterator[bool]:
    """Whether no living process works on the run; the system takes the lock off a process that is killed."""
    handle = os.open(vault.folder() / f"{run.pk}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


def step() -> bool:
    """Do one run that waits or was orphaned; clean up when there is none."""
    for run in ImportRun.objects.filter(state__in=runs.OPEN_STATES).order_by("pk"):
        with _sole_owner(run) as free:
            if free and runs.claim(run):
                runs.work(run)
                return True
    runs.purge_old()
    wiping.step()
    return False
