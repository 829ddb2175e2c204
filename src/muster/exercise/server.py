"""Exercise homes and the processes that run in them: a template built once per version, copied for every run."""

from __future__ import annotations

import fcntl
import hashlib
import ipaddress
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from muster.core.errors import InvalidInput, Unavailable
from muster.jobs.clock import MARKER

LOOPBACK = "127.0.0.1"
START_SECONDS, STOP_SECONDS = 60.0, 20.0
MUSTER = [sys.executable, "-m", "muster.cli.main"]
_KEEP = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "SSL_CERT_FILE")


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a process of this home gets: nothing of the caller's own Muster settings, so that no real gateway,
    database or address of his can be reached from an exercise."""
    kept = {name: os.environ[name] for name in _KEEP if name in os.environ}
    return {**kept, "MUSTER_HOME": str(home), "MUSTER_LOG": "WARNING", "PYTHONHASHSEED": "0", **more}


def fingerprint() -> str:
    """Names the state of everything that goes into a template home."""
    digest = hashlib.sha256()
    root = Path(str(files("muster")))
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root).parts
        if path.suffix in (".py", ".yaml") and _goes_in(inside):
            digest.update(str(inside).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _goes_in(inside: tuple[str, ...]) -> bool:
    """Whether a file of the package can change what a template home holds."""
    if inside[0] == "exercise":
        return len(inside) > 2 or inside[1] in ("prepare.py", "scenario.py")
    wanted = {"codecs", "access", "planning", "conf", "people", "service", "maps", "migrations", "models", "models.py"}
    return bool(wanted.intersection(inside))


def cache_folder() -> Path:
    """Where templates are kept: MUSTER_CACHE, or the user's cache folder."""
    named = os.environ.get("MUSTER_CACHE") or os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(named) / "muster"


def build_home(home: Path) -> None:
    """Make an exercise home in a process of its own. Unavailable "exercise.home_failed" with the last line it said."""
    command = [sys.executable, "-m", "muster.exercise.prepare"]
    done = subprocess.run(command, env=environment(home), capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["?"])[-1]
        raise Unavailable("exercise.home_failed", said=last[:300])


def template_home() -> Path:
    """The template of this version; built at first use, once, however many ask at the same time."""
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ready = folder / f"district-{fingerprint()}"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            for old in folder.glob("district-*"):
                shutil.rmtree(old)
            scratch = folder / f"new-{os.getpid()}"
            shutil.rmtree(scratch, ignore_errors=True)
            build_home(scratch)
            scratch.rename(ready)
    return ready


@contextmanager
def fresh_home() -> Iterator[Path]:
    """A copy of the template, removed afterwards."""
    template = template_home()
    with tempfile.TemporaryDirectory(prefix="muster-exercise-") as folder:
        home = Path(folder) / "home"
        shutil.copytree(template, home)
        yield home


def free_port(host: str = LOOPBACK) -> int:
    """A port of this machine's address `host` that nobody uses now. InvalidInput "exercise.host" for foreign addresses and
    for "all addresses": people's phones must be told one."""
    with socket.socket() as probe:
        try:
            if ipaddress.ip_address(host).is_unspecified:
                raise InvalidInput("exercise.host", host=host)
            probe.bind((host, 0))
        except (OSError, ValueError) as error:
            raise InvalidInput("exercise.host", host=host) from error
        return int(probe.getsockname()[1])


class Server:
    """`muster up` for a home, as a child process. `base` is its address."""

    def __init__(self, home: Path, *, port: int = 0, host: str = LOOPBACK, **more: str) -> None:
        if not (home / MARKER).exists():
            raise Unavailable("exercise.not_an_exercise_home", home=str(home))
        port = port or free_port(host)
        more.setdefault("MUSTER_PUBLIC_URL", f"http://{host}:{port}")  # where members' phones reach it
        more.setdefault("MUSTER_HOSTS", f"localhost,{LOOPBACK},{host}")
        self._log = (home / "server.log").open("ab")
        self._process = subprocess.Popen(
            [*MUSTER, "up", "--port", str(port), "--host", host], env=environment(home, **more),
            stdout=subprocess.PIPE, stderr=self._log, text=True, start_new_session=True,
        )  # fmt: skip
        self.home = home
        self.base = self._wait()

    def _wait(self) -> str:
        """Read what it says until the address comes."""
        timer = threading.Timer(START_SECONDS, self._process.kill)
        timer.start()
        try:
            assert self._process.stdout is not None
            for line in self._process.stdout:
                found = [word for word in line.split() if word.startswith("http")]
                if found:
                    return found[0].rstrip("/")
        finally:
            timer.cancel()
        self._process.wait()
        last = (self.home / "server.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        raise Unavailable("exercise.server_failed", said="".join(last)[:300])

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """Ask it to end; end it when it does not."""
        if self.alive:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()


@contextmanager
def serving(home: Path, *, port: int = 0, host: str = LOOPBACK, **more: str) -> Iterator[Server]:
    """A running server, stopped afterwards whatever happens."""
    server = Server(home, port=port, host=host, **more)
    try:
        yield server
    finally:
        server.stop()
