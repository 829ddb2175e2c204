"""Keeps the system's processes running: starts them, restarts what dies, stops all in order.

Every program is a child with a process of its own; killing any of them loses nothing, since all state is in the
database. The children die with the supervisor, even when that is killed outright.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from muster.jobs.family import PARENT_VARIABLE, die_with_parent

log = structlog.get_logger(__name__)

FIRST_DELAY_SECONDS = 0.2
LONGEST_DELAY_SECONDS = 15.0
STEADY_SECONDS = 20.0  # a program that ran so long has its failures forgiven
STOP_SECONDS = 8.0
LOG_LIMIT_BYTES = 10 * 2**20


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    command: Sequence[str]


def delay_seconds(failures: int) -> float:
    """Pause before the next start after so many failures in a row: 0.2 s, doubling, 15 s at most."""
    return min(FIRST_DELAY_SECONDS * 2 ** max(0, failures - 1), LONGEST_DELAY_SECONDS)


@dataclass(slots=True)
class Child:
    """One program and its present process; `due` is when it may start (monotonic seconds)."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    due: float = 0.0
    asked_to_end: bool = False


@dataclass(slots=True)
class Supervisor:
    """`tick` does whatever is due now; `run` ticks until `stop` is set. `now` is a monotonic clock.

    `environment` is what the children are told beside the supervisor's own environment."""

    programs: Sequence[Program]
    log_folder: Path
    now: Callable[[], float] = time.monotonic
    environment: Mapping[str, str] = field(default_factory=dict)
    children: list[Child] = field(init=False)

    def __post_init__(self) -> None:
        self.log_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.children = [Child(program) for program in self.programs]

    def tick(self) -> None:
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._mourn(child)
            if child.process is None and self.now() >= child.due:
                self._start(child)

    def _mourn(self, child: Child) -> None:
        if child.asked_to_end:
            log.info("supervisor.child_restarted", child=child.program.name)
            child.process, child.asked_to_end, child.due = None, False, self.now()
            return
        lived = self.now() - child.started
        child.failures = 1 if lived >= STEADY_SECONDS else child.failures + 1
        child.due = self.now() + delay_seconds(child.failures)
        code = child.process.returncode if child.process else None
        log.warning("supervisor.child_ended", child=child.program.name, code=code, failures=child.failures)
        child.process = None

    def _start(self, child: Child) -> None:
        path = self.log_folder / f"{child.program.name}.log"
        if path.exists() and path.stat().st_size > LOG_LIMIT_BYTES:
            path.replace(path.with_suffix(".log.1"))
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "wb") as out:
            child.process = subprocess.Popen(
                child.program.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment, PARENT_VARIABLE: "1"},
                preexec_fn=die_with_parent,
                start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops the rest in order
            )
        child.started = self.now()

    def add(self, program: Program) -> None:
        """One program more, from the next tick on."""
        self.children.append(Child(program))

    def restart(self, name: str) -> None:
        """Ask the program of that name to end; it is started again at once, and that counts as no failure."""
        for child in self.children:
            if child.program.name == name and child.process is not None:
                child.asked_to_end = True
                child.process.send_signal(signal.SIGTERM)

    def run(self, stop: threading.Event, each: Callable[[], None] = lambda: None) -> None:
        """Tick until `stop` is set, then stop all children. `each` is called after every tick."""
        try:
            while not stop.is_set():
                self.tick()
                each()
                stop.wait(0.1)
        finally:
            self.stop()

    def stop(self) -> None:
        """SIGTERM to all at once, SIGKILL to whoever still runs after 8 s."""
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("supervisor.child_killed", pid=process.pid)
                process.kill()
                process.wait()
