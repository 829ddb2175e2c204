"""`muster up` with real processes: answers, refuses a second start, survives any kill, leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.postgres import new_database
from tests.server import Home, RunningHome, wait_until

pytestmark = [pytest.mark.processes, pytest.mark.xdist_group("up")]

LANES = {"lane-send", "lane-solve", "lane-import", "lane-keep"}


@pytest.fixture
def ready(new_home: Callable[..., Home]) -> Home:
    home = new_home()
    home.init()
    return home


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHome]:
    """A running system for the tests that leave it running and as it was."""
    url = os.environ.get("MUSTER_DATABASE_URL", "")
    home = Home(tmp_path_factory.mktemp("up") / "home", new_database(url) if url else "")
    home.init()
    running = RunningHome(home)
    yield running
    running.stop()


@pytest.fixture
def running(ready: Home, start_home: Callable[..., RunningHome]) -> RunningHome:
    return start_home(ready)


def test_the_system_answers_with_all_its_lanes(standing: RunningHome) -> None:
    assert set(standing.children()) == {"web", *LANES}
    wait_until(lambda: len(standing.get("healthz/").json()["lanes"]) == len(LANES))
    assert standing.get("login/").status_code == 200


def test_a_second_start_is_refused_with_the_first_one_s_address(standing: RunningHome) -> None:
    done = standing.home.muster("up", "--port", "0")
    assert done.returncode == 1
    assert standing.address in done.stderr
    assert done.stderr.count("\n") == 1
    assert standing.answers()


def test_a_port_that_is_taken_is_refused(standing: RunningHome, new_home: Callable[..., Home]) -> None:
    other = new_home("other")
    other.init()
    port = standing.address.rstrip("/").rsplit(":", 1)[1]
    done = other.muster("up", "--port", port)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert port in done.stderr


def test_a_home_that_is_not_set_up_is_refused_with_what_to_do(new_home: Callable[..., Home]) -> None:
    done = new_home().muster("up", "--port", "0")
    assert done.returncode == 1
    assert "muster init" in done.stderr


def test_stopping_in_order_ends_with_zero_and_leaves_no_process(running: RunningHome) -> None:
    pids = running.children().values()
    assert running.stop() == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert not running.answers()


@pytest.mark.kill
def test_every_child_that_is_killed_comes_back(standing: RunningHome) -> None:
    before = standing.children()
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    wait_until(
        lambda: (
            set(standing.children()) == set(before) and set(standing.children().values()).isdisjoint(before.values())
        )
    )
    wait_until(standing.answers)


@pytest.mark.kill
def test_when_the_supervisor_is_killed_everything_dies_with_it_and_a_new_start_works(
    running: RunningHome, start_home: Callable[..., RunningHome]
) -> None:
    running.kill()
    wait_until(lambda: not running.answers())
    port = running.address.rstrip("/").rsplit(":", 1)[1]
    again = start_home(running.home, "--port", port)
    assert again.address == running.address
    assert again.answers()


def test_a_site_that_allows_only_its_own_host_name_starts_too(
    new_home: Callable[..., Home], start_home: Callable[..., RunningHome]
) -> None:
    home = new_home("named", MUSTER_HOSTS="muster.office.example")
    home.init()
    assert start_home(home).get("login/").status_code == 400


def test_start_up_lays_the_marks_of_the_journal_together(ready: Home, start_home: Callable[..., RunningHome]) -> None:
    marks = ready.path / "journal.heads"
    assert len(marks.read_text(encoding="utf-8").splitlines()) > 1
    start_home(ready)
    assert len(marks.read_text(encoding="utf-8").splitlines()) == 1
    assert json.loads(ready.muster("check", "journal", "--json", "-").stdout)["holds"] is True
