"""Releases beside each other: switching to a new one with the data kept, and going back with the data from before.

    PREFIX/releases/VERSION   Python environments, each whole when it holds `.whole`
    PREFIX/current            link to the one in use
    PREFIX/muster.env         settings, NAME=value
    PREFIX/history.json       switches made, newest last: {"from", "to", "at", "backup"}

This module starts no Django: the data are touched by the commands of the releases themselves, each with its own tables.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from muster.conf import aside
from muster.conf.real_time import stamp, utc_now
from muster.core.errors import Conflict, InvalidInput, Unavailable
from muster.jobs.lock import HomeLock

WHOLE, BACKUPS, HISTORY = ".whole", "backups", "history.json"
_NAME = re.compile(r"\d+(\.\d+)*([a-z0-9.+-]*)")


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch: `backup` is the data as `old` left them, "" where there was nothing to keep."""

    old: str
    new: str
    at: str
    backup: str


class Installation:
    """What lies in one PREFIX. Error of the constructor: InvalidInput "release.no_prefix"."""

    def __init__(self, prefix: Path | None) -> None:
        own = Path(sys.prefix)
        found = prefix or (own.parent.parent if (own / WHOLE).exists() else None)
        if found is None or not (found / "muster.env").exists():
            raise InvalidInput("release.no_prefix", path=str(found or own))
        self.prefix = found.resolve()
        self.env = {**os.environ, **settings_of(self.prefix / "muster.env")}
        self.home = Path(self.env.get("MUSTER_HOME", self.prefix / "data"))

    @property
    def current(self) -> str:
        """The version in use, "" before the first."""
        link = self.prefix / "current"
        return Path(os.readlink(link)).name if link.is_symlink() else ""

    def versions(self) -> list[str]:
        found = (path.parent.name for path in (self.prefix / "releases").glob(f"*/{WHOLE}"))
        return sorted(found, key=order)

    def history(self) -> list[Switch]:
        path = self.prefix / HISTORY
        return [Switch(**each) for each in json.loads(path.read_text(encoding="utf-8"))] if path.exists() else []

    def use(self, version: str, history: list[Switch]) -> None:
        """Point `current` at that release and write down how it came about; the link changes in one step."""
        scratch = self.prefix / f".current.{os.getpid()}"
        scratch.unlink(missing_ok=True)
        scratch.symlink_to(Path("releases") / version)
        scratch.replace(self.prefix / "current")
        part = self.prefix / f".{HISTORY}"
        part.write_text(json.dumps([asdict(each) for each in history], indent=1), encoding="utf-8")
        part.replace(self.prefix / HISTORY)

    def run(self, version: str, *words: str) -> str:
        """A command of that release with the settings of the installation; what it says.

        Error: Unavailable "release.command_failed"."""
        program = self.prefix / "releases" / version / "bin" / "muster"
        done = subprocess.run([program, *words], env=self.env, capture_output=True, text=True, check=False)
        if done.returncode:
            said = " ".join((done.stderr or done.stdout).split())[-300:]
            raise Unavailable("release.command_failed", version=version, command=words[0], said=said)
        return done.stdout


def settings_of(path: Path) -> dict[str, str]:
    """NAME=value lines as the shell and the service manager read them; comments and empty lines do not count."""
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, sign, value = line.strip().partition("=")
        if sign and not name.startswith("#"):
            found[name] = " ".join(shlex.split(value))
    return found


def order(version: str) -> tuple[tuple[int, ...], str]:
    """By numbers first: 0.10.0 comes after 0.9.0. Error: InvalidInput "release.version_form"."""
    found = _NAME.fullmatch(version)
    if found is None:
        raise InvalidInput("release.version_form", version=version)
    numbers = version[: len(version) - len(found.group(2))]
    return tuple(int(part) for part in numbers.split(".")), found.group(2)


def switch(here: Installation, version: str) -> str:
    """Use that release from now on: backup with the old program, bring the data up, point `current` at it.

    When the data can not be brought up, they are put back and the old release stays in use. Returns what `init` said.
    Errors: "release.unknown", "release.in_use", "release.older", "up.running", "release.command_failed"."""
    old = here.current
    if version not in here.versions():
        raise InvalidInput("release.unknown", version=version, known=", ".join(here.versions()))
    if old == version:
        raise Conflict("release.in_use", version=version)
    if old and order(version) < order(old):
        raise Conflict("release.older", version=version, current=old)
    here.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = HomeLock(here.home)
    lock.take("being upgraded")
    try:
        if aside.is_second_machine(here.home):  # its data come from the first machine, whole
            backup, said = "", ""
        else:
            backup, said = _bring_up(here, old, version)
        at = utc_now().isoformat(timespec="seconds")
        here.use(version, [*here.history(), Switch(old, version, at, backup)] if old else [])
    finally:
        lock.free()
    return said


def _bring_up(here: Installation, old: str, version: str) -> tuple[str, str]:
    """(backup, what `init` said)"""
    if not old or not (here.home / "secrets.json").exists():
        return "", here.run(version, "init")
    file = here.home / BACKUPS / f"before-{version}-{stamp()}.tar.gz"
    file.parent.mkdir(mode=0o700, exist_ok=True)
    here.run(old, "backup", str(file))
    try:
        return str(file), here.run(version, "init")
    except Unavailable:
        _put_back(here, old, file, version)
        raise


def rollback(here: Installation) -> Path:
    """Back to the release before the last switch, with the data from before it; returns where today's data are kept.

    Errors: Conflict "release.nothing_before", "release.backup_gone", "up.running"."""
    last = last_switch(here)
    lock = HomeLock(here.home)
    lock.take("being put back")
    try:
        kept = here.home if not last.backup else _put_back(here, last.old, Path(last.backup), last.new)
        here.use(last.old, here.history()[:-1])
    finally:
        lock.free()
    return kept


def last_switch(here: Installation) -> Switch:
    """The switch that a rollback would undo. Errors: Conflict "release.nothing_before", "release.backup_gone"."""
    history = here.history()
    if not history or history[-1].new != here.current or history[-1].old not in here.versions():
        raise Conflict("release.nothing_before")
    if history[-1].backup and not Path(history[-1].backup).exists():
        raise Conflict("release.backup_gone", path=history[-1].backup)
    return history[-1]


def _put_back(here: Installation, old: str, backup: Path, after: str) -> Path:
    """Restore beside, then exchange; what was there is kept in a folder (and a schema) of its own."""
    fresh = here.home / f".back-{stamp()}"
    with aside.empty_database(here.env.get("MUSTER_DATABASE_URL", ""), after):
        here.run(old, "restore", str(backup), "--into", str(fresh))
    return aside.exchange(here.home, fresh, after)
