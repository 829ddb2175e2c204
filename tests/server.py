"""Real homes for process tests: an initialised data folder, the `muster` command, a running system on a free port."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests import prepared
from tests.postgres import new_database

START_SECONDS = 120.0


class Home:
    """A data folder with an environment of its own. `muster("check", "journal")` runs the command in it."""

    def __init__(self, path: Path, database_url: str = "", **env: str) -> None:
        self.path = path
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MUSTER_", "PYTEST_"))}
        kept.pop("DJANGO_SETTINGS_MODULE", None)
        self.env = {**kept, "MUSTER_HOME": str(path), "MUSTER_LOG": "WARNING", **env}
        if database_url:
            self.env["MUSTER_DATABASE_URL"] = database_url

    def muster(self, *words: str, seconds: float = 120) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "muster.cli.main", *words]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=seconds, check=False)

    def python(self, code: str, seconds: float = 120) -> str:
        """Run `code` in this home with Django set up; returns what it prints."""
        program = f"from muster.conf.setup import setup_django\nsetup_django()\n{code}"
        command = [sys.executable, "-c", program]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=seconds, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def init(self) -> str:
        """Set the home up; returns the path of the first administrator's one-time link.

        A new home with nothing special about it is a copy of one that the command made earlier in this run."""
        link = prepared.lay_out(self.path, self.env)
        return link or self.really_init()

    def really_init(self) -> str:
        """The same by the command, whatever was made before."""
        done = self.muster("init")
        assert done.returncode == 0, done.stderr
        found = re.search(r"/first/[\w-]+/", done.stdout)
        assert found, done.stdout
        return found.group(0)


class RunningHome:
    """`muster up` of a home. `address` ends with a slash."""

    def __init__(self, home: Home, *words: str) -> None:
        self.home = home
        command = [sys.executable, "-m", "muster.cli.main", "up", "--port", "0", *words]
        self.process = subprocess.Popen(
            command, env=home.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.address = self._wait()

    def _wait(self) -> str:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], START_SECONDS)
        line = self.process.stdout.readline() if ready else ""
        found = re.search(r"https?://\S+/", line)
        if found is None:
            self.stop()
            log = self.home.path / "log" / "web.log"
            told = log.read_text(encoding="utf-8")[-3000:] if log.exists() else ""
            raise AssertionError(f"no address within {START_SECONDS} s: {line!r}\n{told}")
        return found.group(0)

    def get(self, path: str = "") -> httpx.Response:
        return httpx.get(self.address + path, trust_env=False, timeout=10)

    def answers(self) -> bool:
        try:
            return self.get("healthz/").status_code == 200
        except httpx.TransportError:
            return False

    def children(self) -> dict[str, int]:
        """Program name -> process id of the supervisor's direct children."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
                parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == self.process.pid and (b"granian" in words or b"--lane" in words):
                name = "web" if b"granian" in words else f"lane-{words[words.index(b'--lane') + 1].decode()}"
                found[name] = int(folder.name)
        return found

    def stop(self) -> int:
        """SIGTERM, as a service manager does; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


def wait_until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Look every 50 ms until `holds()`; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"still not so after {seconds} s"
        time.sleep(0.05)


@pytest.fixture
def new_home(tmp_path: Path) -> Callable[..., Home]:
    """Makes homes: `new_home("a")`; on PostgreSQL each has a fresh database. Keyword arguments become environment."""

    def make(name: str = "home", **env: str) -> Home:
        url = os.environ.get("MUSTER_DATABASE_URL", "")
        return Home(tmp_path / name, new_database(url) if url else "", **env)

    return make


@pytest.fixture
def start_home() -> Iterator[Callable[..., RunningHome]]:
    """Starts homes that were set up, and stops them when the test is over."""
    running: list[RunningHome] = []

    def start(home: Home, *words: str) -> RunningHome:
        running.append(RunningHome(home, *words))
        return running[-1]

    yield start
    for each in running:
        if each.process.poll() is None:
            each.stop()
