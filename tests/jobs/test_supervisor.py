"""The supervisor: starts, restarts with growing patience, stops all."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from muster.core.errors import Conflict
from muster.jobs import supervisor
from muster.jobs.lock import HomeLock, address, read
from muster.jobs.supervisor import Program, Supervisor, delay_seconds
from tests.server import wait_until

FOREVER = [sys.executable, "-c", "import time; time.sleep(600)"]
DEAF = [
    sys.executable, "-c",
    "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)",
]  # fmt: skip
SHORT = [sys.executable, "-c", "print('short life')"]


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def made(tmp_path: Path) -> Iterator[list[Supervisor]]:
    found: list[Supervisor] = []
    yield found
    for each in found:
        each.stop()


def supervise(made: list[Supervisor], folder: Path, *commands: list[str]) -> tuple[Supervisor, Clock]:
    clock = Clock()
    programs = [Program(f"p{number}", command) for number, command in enumerate(commands)]
    made.append(Supervisor(programs, folder / "log", now=clock))
    return made[0], clock


def ended(keeper: Supervisor) -> bool:
    process = keeper.children[0].process
    return process is not None and process.poll() is not None


def test_patience_doubles_up_to_fifteen_seconds() -> None:
    assert [delay_seconds(n) for n in (1, 2, 3, 7, 8, 50)] == [0.2, 0.4, 0.8, 12.8, 15.0, 15.0]


def test_what_is_killed_is_started_again(made: list[Supervisor], tmp_path: Path) -> None:
    keeper, clock = supervise(made, tmp_path, FOREVER)
    keeper.tick()
    first = keeper.children[0].process
    assert first is not None
    first.kill()
    first.wait()
    keeper.tick()
    assert keeper.children[0].process is None
    clock.seconds += 0.3
    keeper.tick()
    second = keeper.children[0].process
    assert second is not None
    assert second.pid != first.pid


def test_what_is_restarted_on_purpose_starts_at_once_and_is_no_failure(made: list[Supervisor], tmp_path: Path) -> None:
    keeper, _ = supervise(made, tmp_path, FOREVER)
    keeper.tick()
    first = keeper.children[0].process
    assert first is not None
    with structlog.testing.capture_logs() as told:
        keeper.restart("p0")
        first.wait()
        keeper.tick()
    second = keeper.children[0].process
    assert second is not None
    assert second.pid != first.pid
    assert keeper.children[0].failures == 0
    assert [(line["log_level"], line["event"]) for line in told] == [("info", "supervisor.child_restarted")]
    second.kill()  # the next end is none that was asked for
    second.wait()
    keeper.tick()
    assert keeper.children[0].failures == 1


def test_children_are_told_what_the_supervisor_settled(made: list[Supervisor], tmp_path: Path) -> None:
    say = Program("say", [sys.executable, "-c", "import os; print(os.environ['SETTLED'])"])
    made.append(Supervisor([say], tmp_path / "log", environment={"SETTLED": "plain"}))
    made[0].tick()
    wait_until(lambda: ended(made[0]))
    assert (tmp_path / "log" / "say.log").read_text(encoding="utf-8") == "plain\n"


def test_failures_in_a_row_are_counted_and_forgiven_after_a_steady_life(made: list[Supervisor], tmp_path: Path) -> None:
    keeper, clock = supervise(made, tmp_path, SHORT)
    for failures in (1, 2, 3):
        clock.seconds += 100
        keeper.children[0].due = 0
        keeper.tick()
        wait_until(lambda: ended(keeper))
        keeper.tick()
        assert keeper.children[0].failures == failures
    clock.seconds += 100
    keeper.tick()
    clock.seconds += 100
    wait_until(lambda: ended(keeper))
    keeper.tick()
    assert keeper.children[0].failures == 1


def test_what_a_child_says_goes_to_its_log_and_long_logs_are_laid_aside(
    made: list[Supervisor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "LOG_LIMIT_BYTES", 5)
    keeper, clock = supervise(made, tmp_path, SHORT)
    for _ in range(2):
        keeper.tick()
        wait_until(lambda: ended(keeper))
        keeper.tick()
        clock.seconds += 100
    assert (tmp_path / "log" / "p0.log").read_text(encoding="utf-8") == "short life\n"
    assert (tmp_path / "log" / "p0.log.1").read_text(encoding="utf-8") == "short life\n"


def test_run_ticks_until_stopped_and_leaves_nothing_running(made: list[Supervisor], tmp_path: Path) -> None:
    keeper, _ = supervise(made, tmp_path, FOREVER, FOREVER)
    stop = threading.Event()
    keeper.run(stop, each=stop.set)
    codes = [child.process.returncode for child in keeper.children if child.process]
    assert codes == [-signal.SIGTERM, -signal.SIGTERM]


def test_who_does_not_listen_is_killed(made: list[Supervisor], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "STOP_SECONDS", 0.2)
    keeper, _ = supervise(made, tmp_path, DEAF)
    keeper.tick()
    wait_until(lambda: "deaf" in (tmp_path / "log" / "p0.log").read_text(encoding="utf-8"))
    keeper.stop()
    process = keeper.children[0].process
    assert process is not None
    assert process.returncode == -signal.SIGKILL


def test_a_second_start_is_told_where_the_first_one_answers(tmp_path: Path) -> None:
    first = HomeLock(tmp_path)
    first.take("http://127.0.0.1:1/")
    with pytest.raises(Conflict) as refused:
        HomeLock(tmp_path).take("http://127.0.0.1:2/")
    assert refused.value.params["address"] == "http://127.0.0.1:1/"
    first.free()
    HomeLock(tmp_path).take("http://127.0.0.1:2/")


def test_the_address_is_that_of_a_running_system_and_of_no_other(tmp_path: Path) -> None:
    assert address(tmp_path) == ""
    lock = HomeLock(tmp_path)
    lock.take("being upgraded")
    assert address(tmp_path) == ""
    lock.take("http://127.0.0.1:1/")
    assert address(tmp_path) == "http://127.0.0.1:1/"
    os.close(lock.handle)  # as when it is killed: what it wrote stays behind
    assert address(tmp_path) == ""


def test_a_lock_file_that_is_missing_or_half_written_tells_nothing(tmp_path: Path) -> None:
    assert read(tmp_path / "none") == {}
    (tmp_path / "half").write_text('{"addr', encoding="ascii")
    assert read(tmp_path / "half") == {}
