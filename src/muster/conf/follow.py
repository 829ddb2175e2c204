"""The second machine: follows the first one, second by second, and takes over when a person says so. No Django here.

HOME/standby/invitation.json   whom it follows
HOME/standby/state.json        when the last copy came, from when it is, and how far the two clocks are apart
HOME/standby/copy.sqlite3, files/   the copy
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import httpx

import muster
from muster.conf import aside, pair
from muster.conf.copying import Copy
from muster.conf.real_time import stamp, utc_now
from muster.conf.unpack import DATABASE
from muster.core.errors import Conflict, MusterError, NotFound, Unavailable, Unreadable
from muster.jobs import lock as locks

EVERY_SECONDS = 1.0
SAY_AGAIN_SECONDS = 60.0
PULL_SECONDS = 20.0
WAIT_FOR_FOLLOWER_SECONDS = 10.0
INVITATION, STATE = "invitation.json", "state.json"


@dataclass(frozen=True, slots=True)
class State:
    """`at` on this machine's clock, `first_at` on the first one's; `offset_seconds` > 0: this clock is behind."""

    at: str
    first_at: str
    offset_seconds: float
    epoch: int
    version: str

    @property
    def clock_is_wrong(self) -> bool:
        return abs(self.offset_seconds) > pair.CLOCK_SECONDS


def folder(home: Path) -> Path:
    return home / aside.SECOND


def read_state(home: Path) -> State | None:
    """None before the first copy came."""
    path = folder(home) / STATE
    return State(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def join(home: Path, file: Path) -> None:
    """Make the data folder that of a second machine. Data in it are set aside: they belong to an earlier first machine.

    Errors: those of `read_invitation`, Conflict "pair.in_use" for data that may still be the office's."""
    invitation = pair.read_invitation(file)
    if (home / DATABASE).exists():
        if not (home / pair.FENCED).exists():
            raise Conflict("pair.in_use", home=str(home))
        empty = home / f".empty-{stamp()}"
        empty.mkdir()
        kept = aside.exchange(home, empty, "fenced")
        for name in (pair.FILE, pair.FENCED, "tls"):
            if (home / name).exists():
                (home / name).rename(kept / name)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder(home).mkdir(mode=0o700, exist_ok=True)
    pair.write_private(folder(home) / INVITATION, asdict(invitation))


class Follower:
    """Fetches until told to stop. `say` is how it speaks to the person at the terminal (and to the service's log)."""

    def __init__(self, home: Path, say: Callable[[str], None], explain: Callable[[MusterError], str] = str) -> None:
        if not aside.is_second_machine(home):
            raise NotFound("pair.no_second", home=str(home))
        self.home, self.say, self.explain = home, say, explain
        self.invitation = pair.read_invitation(folder(home) / INVITATION)
        self.copy = Copy(folder(home))
        self.client = pair.client(self.invitation.first, self.invitation.key, self.invitation.ca)
        self._said: dict[str, float] = {}

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            started = time.monotonic()
            try:
                self.fetch()
            except MusterError as error:
                self._say_at_times("lost", f"NO COPY from {self.invitation.first}: {self.explain(error)}")
            except (httpx.HTTPError, OSError) as error:
                self._say_at_times("lost", f"NO COPY from {self.invitation.first}: {error or type(error).__name__}")
            stop.wait(max(0.0, EVERY_SECONDS - (time.monotonic() - started)))
        self.client.close()

    def fetch(self) -> State:
        """One round. Errors: httpx.HTTPError, Unreadable "pair.answer", Unavailable "pair.refused", OSError."""
        before = utc_now()
        asked = {**self.copy.asked(), "clock": before.isoformat(), "version": muster.__version__}
        got = self.client.post("standby/pull/", json=asked, timeout=PULL_SECONDS)
        middle = before + (utc_now() - before) / 2
        if got.status_code != 200:
            raise Unavailable("pair.refused", status=got.status_code)
        head = self.copy.take(got.content)
        try:
            offset = (datetime.fromisoformat(str(head["at"])) - middle).total_seconds()
            epoch, version = int(str(head["epoch"])), str(head["version"])
        except (KeyError, ValueError) as error:
            raise Unreadable("pair.answer") from error
        state = State(utc_now().isoformat(), str(head["at"]), round(offset, 3), epoch, version)
        pair.write_private(folder(self.home) / STATE, asdict(state))
        self._warn(state)
        return state

    def _warn(self, state: State) -> None:
        if state.clock_is_wrong:
            self._say_at_times("clock", clock_sentence(state.offset_seconds))
        if state.version != muster.__version__:
            said = (
                f"The first machine runs Muster {state.version}, this one {muster.__version__}: install the same here."
            )
            self._say_at_times("version", said)
        if "first" not in self._said:
            self._say_at_times("first", f"Following {self.invitation.first}; the first copy is here.")

    def _say_at_times(self, what: str, sentence: str) -> None:
        if time.monotonic() - self._said.get(what, float("-inf")) >= SAY_AGAIN_SECONDS:
            self._said[what] = time.monotonic()
            self.say(sentence)


def clock_sentence(offset_seconds: float) -> str:
    word = "SLOW" if offset_seconds > 0 else "FAST"
    return (
        f"THE CLOCK OF THE SECOND MACHINE IS {abs(offset_seconds):.1f} s {word}. Set both machines by the same time "
        "server before anybody takes over: times of alerts and arrivals would be wrong."
    )


# --- taking over ---------------------------------------------------------------------------------------------------
def take_over(home: Path, *, although_it_answers: bool = False) -> State:
    """Make this machine the one that runs the office; start it with `muster up` afterwards. May be repeated.

    Errors: NotFound "pair.no_second", Conflict "takeover.first_answers", "takeover.no_copy", "takeover.copy_broken"."""
    if not aside.is_second_machine(home):
        raise NotFound("pair.no_second", home=str(home))
    invitation, state = pair.read_invitation(folder(home) / INVITATION), read_state(home)
    if state is None:
        raise Conflict("takeover.no_copy")
    with pair.client(invitation.first, invitation.key, invitation.ca) as asker:
        answers = pair.ask_epoch(asker) is not None
        if answers and not although_it_answers:
            raise Conflict("takeover.first_answers", first=invitation.first)
        if answers:
            _shut_out(asker, state.epoch + 1)
    _stop_follower(home)
    lock = locks.HomeLock(home)
    lock.take("taking over")
    try:
        state = read_state(home) or state
        _install(home, Copy(folder(home)))
        pair.write_private(home / pair.FILE, asdict(pair.Pair(invitation.key, state.epoch + 1, "")))
        folder(home).rename(home / f"was-second-{stamp()}")
    finally:
        lock.free()
    return state


def _shut_out(asker: httpx.Client, epoch: int) -> None:
    """Error: Unavailable "takeover.not_stopped"."""
    try:
        done = asker.post("standby/fence/", json={"epoch": epoch}).status_code == 200
    except httpx.HTTPError:
        done = False
    if not done:
        raise Unavailable("takeover.not_stopped")


def _stop_follower(home: Path) -> None:
    """Ask the process that follows to end, and wait for it."""
    told = locks.read(home / locks.FILE)
    if not told or not locks.is_held(home):
        return
    os.kill(int(str(told["pid"])), signal.SIGTERM)
    end = time.monotonic() + WAIT_FOR_FOLLOWER_SECONDS
    while locks.is_held(home) and time.monotonic() < end:
        time.sleep(0.05)


def _install(home: Path, copy: Copy) -> None:
    """The copy into its place: small files first, the database last; a second run goes on where the first was cut."""
    if copy.database.exists():
        link = sqlite3.connect(copy.database)
        try:
            found = link.execute("PRAGMA quick_check").fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise Conflict("takeover.copy_broken", said=str(error)) from error
        finally:
            link.close()
        if found != "ok":
            raise Conflict("takeover.copy_broken", said=str(found))
    for path in sorted((copy.folder / "files").rglob("*")):
        if path.is_file():
            place = home / path.relative_to(copy.folder / "files")
            place.parent.mkdir(mode=0o700, exist_ok=True)
            path.replace(place)
    if copy.database.exists():
        copy.database.replace(home / DATABASE)
