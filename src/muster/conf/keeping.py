"""The keep lane: backups at their hour, old ones away, the own certificate renewed before it ends, the morning sheet made, and
every plan asked each night and when a change touches it.

MUSTER_DAILY_AT (07:30, Beijing time): when the sheet is made. MUSTER_PROVE_AT (03:10, Beijing time): when every plan is asked.
MUSTER_BACKUP_DIR (HOME/backups), MUSTER_BACKUP_AT (02:30, the office's time), MUSTER_BACKUP_KEEP (7,5,12: days, weeks, months).
An exercise home has no such lane: it lives in another time and has nothing to lose.
"""

from __future__ import annotations

import json
import os
import re
import tarfile
import time
import zlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.utils.timezone import get_default_timezone

from muster.conf import retention, tls
from muster.conf.backup import make_backup
from muster.conf.real_time import stamp, utc_now
from muster.conf.unpack import MANIFEST
from muster.core.errors import MusterError
from muster.jobs.clock import is_exercise_home
from muster.jobs.lanes import Lane

STATE = "keeping.json"
LOOK_SECONDS = 20.0
AGAIN_SECONDS = 600.0
_NAME = re.compile(r"muster-(\d{8}T\d{9})\.tar\.gz")

log = structlog.get_logger(__name__)


def backup_folder() -> Path:
    return Path(os.environ.get("MUSTER_BACKUP_DIR") or Path(settings.HOME) / "backups")


def backups() -> dict[datetime, Path]:
    """The scheduled backups that are there, by when they were made (UTC); others in the folder do not count."""
    found = ((_NAME.fullmatch(path.name), path) for path in backup_folder().glob("muster-*.tar.gz"))
    return {datetime.strptime(name[1] + "+0000", "%Y%m%dT%H%M%S%f%z"): path for name, path in found if name}


def last_failure() -> tuple[datetime, str] | None:
    """When the last try failed and why; None after a success."""
    path = Path(settings.HOME) / STATE
    if not path.exists():
        return None
    told = json.loads(path.read_text(encoding="utf-8"))
    return datetime.fromisoformat(told["at"]), told["error"]


def back_up() -> Path:
    """Make one backup now and read it again; then let old ones go. Errors: OSError, DatabaseError, MusterError."""
    folder = backup_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"muster-{stamp()}.tar.gz"
    make_backup(file)
    if not is_whole(file):
        file.unlink()
        raise OSError(5, "The backup could not be read again", str(file))
    made = backups()
    keep = retention.parse_keep(os.environ.get("MUSTER_BACKUP_KEEP") or "7,5,12")
    for at in retention.to_delete(made, keep, get_default_timezone()):
        made[at].unlink(missing_ok=True)
    return file


def is_whole(file: Path) -> bool:
    """Whether the file can be read to its end, by its own check sum, and names what it is."""
    try:
        with tarfile.open(file, "r:gz") as archive:
            return MANIFEST in archive.getnames()  # goes through the whole archive
    except (tarfile.TarError, EOFError, OSError, zlib.error):
        return False


class Keeper:
    """One lane's keeper; `step` looks every 20 s, and after a failure waits ten minutes before it tries again."""

    def __init__(self) -> None:
        self._next_look = float("-inf")

    def step(self) -> bool:
        if time.monotonic() < self._next_look:
            return False
        self._next_look = time.monotonic() + LOOK_SECONDS
        self._renew()
        at = retention.parse_at(os.environ.get("MUSTER_BACKUP_AT") or "02:30")
        if not retention.is_due(utc_now(), max(backups(), default=None), at, get_default_timezone()):
            return False
        state = Path(settings.HOME) / STATE
        try:
            file = back_up()
        except (OSError, DatabaseError, MusterError) as error:
            log.error("keeping.backup_failed", error=str(error))
            state.write_text(json.dumps({"at": utc_now().isoformat(), "error": str(error)}), encoding="utf-8")
            self._next_look = time.monotonic() + AGAIN_SECONDS
            return False
        state.unlink(missing_ok=True)
        log.info("keeping.backup_made", file=file.name, bytes=file.stat().st_size)
        return True

    def _renew(self) -> None:
        """Only certificates of the own authority; given ones are asked for elsewhere, and `check deploy` warns."""
        home = Path(settings.HOME)
        if tls.files(home) is None:
            return
        try:
            shown = tls.show(home)
            if shown.own and shown.days_left(utc_now()) < tls.WARN_DAYS:
                log.info("keeping.certificate_renewed", until=tls.renew(home, utc_now()).not_after.isoformat())
        except MusterError as error:
            log.error("keeping.certificate_not_renewed", error=error.code)


class Days:
    """What comes once a day: the keeper's work first, for it is seldom due, then the morning sheet and the night's proof."""

    def __init__(self) -> None:
        self._keeper = Keeper()
        self._morning: Callable[[], bool] | None = None
        self._nights: Callable[[], bool] | None = None

    def step(self) -> bool:
        return self._keeper.step() or self._sheet() or self._proof()

    def _proof(self) -> bool:
        if self._nights is None:
            from muster.apps.plans.nightly import Nights  # models can be had once all apps are ready

            self._nights = Nights().step
        return self._nights()

    def _sheet(self) -> bool:
        if self._morning is None:
            from muster.apps.desk.daily.jobs import Morning  # models can be had once all apps are ready

            self._morning = Morning().step
        return self._morning()


KEEP_LANE = None if is_exercise_home() else Lane("keep", Days().step, idle_seconds=1.0)
