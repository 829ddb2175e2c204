"""The running system: lock, web server, lanes. `muster up` and the demo both start it here."""

from __future__ import annotations

import shutil
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.db import connection

from muster.conf import pair, tls
from muster.conf.first_start import is_ready
from muster.conf.pair_watch import HELD_LANES, PairWatch
from muster.core.errors import Conflict, InvalidInput, Unavailable
from muster.jobs import beats, lanes
from muster.jobs.lock import HomeLock
from muster.jobs.supervisor import Program, Supervisor
from muster.journal import heads

ANSWER_SECONDS = 120.0
APPLICATION = "muster.conf.asgi:application"


def free_port(host: str, wanted: int) -> int:
    """`wanted`, or any free port for 0. Error: "up.port_taken"; the server itself would share it without a word."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted))
            probe.listen(1)
        except OSError as error:
            raise InvalidInput("up.port_taken", port=wanted) from error
        return probe.getsockname()[1]


def web_program(host: str, port: int, served: tuple[Path, Path] | None = None) -> Program:
    """The web server, with HTTPS when a certificate and its key are given."""
    server = [sys.executable, "-m", "granian", "--interface", "asginl", "--host", host, "--port", str(port)]
    manner = ["--workers", "1", "--respawn-failed-workers", "--workers-kill-timeout", "5", "--log-level", "warning"]
    if served:
        manner += ["--ssl-certificate", str(served[0]), "--ssl-keyfile", str(served[1]), "--ssl-protocol-min", "tls1.2"]
    return Program("web", [*server, *manner, APPLICATION])


def lane_programs() -> list[Program]:
    """One program per lane whose part is installed."""
    command = [sys.executable, "-m", "muster.cli.main", "worker", "--lane"]
    return [Program(f"lane-{name}", [*command, name]) for name in lanes.PLACES if lanes.find(name) is not None]


def _any_certificate() -> ssl.SSLContext:
    """For asking ourselves whether we answer: by loopback address, under whatever name the certificate has."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Running:
    """Holds the lock of the data folder and supervises its processes.

    Errors of `run`: Conflict "up.running", InvalidInput "up.port_taken", Unavailable "up.no_answer",
    Conflict "up.not_ready", "pair.is_second", "pair.fenced"."""

    def __init__(self, host: str, port: int, *, alone: bool = False) -> None:
        self.home = Path(settings.HOME)
        self.pair = PairWatch(self.home, alone=alone)
        if not is_ready():
            raise Conflict("up.not_ready", home=str(self.home))
        connection.close()
        self.lock = HomeLock(self.home)
        self.lock.take("an address not known yet")
        self.host, self.port = host, free_port(host, port)
        shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
        self.served = tls.files(self.home)
        self.address = f"{'https' if self.served else 'http'}://{shown}:{self.port}/"
        self.told = {tls.SPOKEN_VARIABLE: "https" if self.served else "http"}
        self.lock.take(self.address)

    def run(self, stop: threading.Event, announce: Callable[[str], None]) -> None:
        """Until `stop` is set. `announce` is called once, when the server answers."""
        heads.compact()
        shutil.rmtree(self.home / beats.FOLDER, ignore_errors=True)
        held = [each for each in lane_programs() if self.pair.held and each.name.removeprefix("lane-") in HELD_LANES]
        started = [each for each in lane_programs() if each not in held]
        programs = [web_program(self.host, self.port, self.served), *started]
        supervisor = Supervisor(programs, self.home / "log", environment=self.told)
        self.pair.start(stop)
        deadline = time.monotonic() + ANSWER_SECONDS
        waiting = True
        renewed = self._renewals()

        def watch() -> None:
            nonlocal waiting
            pair.check_not_fenced(self.home)
            while held and not self.pair.held:
                supervisor.add(held.pop())
            if renewed():
                supervisor.restart("web")  # it reads its certificate at start only
            if waiting and self.answers():
                waiting = False
                announce(self.address)
            elif waiting and time.monotonic() > deadline:
                raise Unavailable("up.no_answer", log=str(supervisor.log_folder / "web.log"))

        try:
            supervisor.run(stop, each=watch)
        finally:
            self.lock.free()

    def _renewals(self) -> Callable[[], bool]:
        """Says once for every exchange that there is another certificate to show. A plain system shows none: it stays plain."""
        shown = tls.change_mark(self.home)

        def renewed() -> bool:
            nonlocal shown
            before, shown = shown, tls.change_mark(self.home)
            return self.served is not None and shown is not None and shown != before

        return renewed

    def answers(self) -> bool:
        """Whether the web server answers. A site may allow other host names only: a refusal is an answer too."""
        try:
            with urlopen(Request(self.address + "healthz/"), timeout=2, context=_any_certificate()) as response:
                return response.status == 200
        except HTTPError as error:
            return error.code < 500
        except (URLError, OSError):
            return False
