"""A whole run against real processes, and what the commands say."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.once  # exercise homes are SQLite files whatever the tests run on
MUSTER = [sys.executable, "-m", "muster.cli.main"]


def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
    return subprocess.run(
        [*MUSTER, *words], env={**kept, **more}, capture_output=True, text=True, check=False, timeout=900
    )


@pytest.mark.processes
def test_scenario_one_runs_from_the_call_to_the_pay_sheet_and_every_assertion_holds(tmp_path: Path) -> None:
    out = tmp_path / "s1.json"
    done = run("exercise", "S1", "--seed", "1", "--json", str(out), MUSTER_CACHE=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stderr
    body = json.loads(out.read_text(encoding="utf-8"))
    assert {"scenario", "seed", "passed", "assertions", "needs_met", "stated_p", "seconds"} <= set(body)
    assert (body["scenario"], body["seed"], body["passed"]) == ("S1", 1, True)
    for one in body["assertions"]:
        assert set(one) == {"name", "expected", "measured", "holds"}
        assert one["holds"] is True, one
    names = {one["name"] for one in body["assertions"]}
    assert {
        "unaccounted", "unqualified_on_post", "called_while_unavailable", "person_days", "pay_cny", "came_but_unpaid",
        "without_exercise_flag", "left_by_a_real_channel", "journal_verified",
    } <= names  # fmt: skip
    assert isinstance(body["needs_met"], bool)
    assert 0.9 < body["stated_p"] < 1
    assert body["outcome"]["came"] > 150
    looks = body["outcome"]["seen_before_due"]
    assert [look["due"] for look in looks] == [25.0, 40.0, 45.0, 60.0]
    for look in looks:
        assert 0 < look["due"] - look["at"] <= 4
        assert look["word"] in {"enough", "at_risk", "short"}


@pytest.mark.processes
def test_a_gateway_that_loses_thirty_of_a_hundred_breaks_no_assertion_and_the_call_list_catches_the_rest(
    tmp_path: Path,
) -> None:
    out = tmp_path / "s1.json"
    words = ("exercise", "S1", "--seed", "1", "--gateway", "lossy", "--json", str(out))
    done = run(*words, MUSTER_CACHE=str(tmp_path / "cache"))
    assert done.returncode == 0, done.stderr
    body = json.loads(out.read_text(encoding="utf-8"))
    assert [one for one in body["assertions"] if not one["holds"]] == []
    found = body["outcome"]
    assert 0.2 * found["alerted"] < found["texts_lost"] < 0.4 * found["alerted"]
    assert found["lost_and_on_no_list"] == 0
    assert found["rung_of_lost"] > 0
    assert found["came_of_lost"] > 0  # they came because somebody rang


def processes_of(folder: Path) -> list[int]:
    """Running processes whose data folder lies in `folder`."""
    found = []
    for one in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"MUSTER_HOME={folder}".encode() in one.read_bytes():
                found.append(int(one.parent.name))
    return found


@pytest.mark.processes
def test_an_exercise_that_is_ended_leaves_no_system_behind(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MUSTER_")}
    own = {**kept, "TMPDIR": str(tmp_path), "MUSTER_CACHE": str(tmp_path / "cache")}
    words = [*MUSTER, "exercise", "S1", "--speed", "1", "--json", str(tmp_path / "never.json")]
    with subprocess.Popen(words, env=own, stderr=subprocess.PIPE, text=True) as exercise:
        until = time.monotonic() + 120
        while not list(tmp_path.glob("*/run/*")) and time.monotonic() < until:
            select.select([], [], [], 0.2)
        assert processes_of(tmp_path)
        exercise.send_signal(signal.SIGTERM)
        assert exercise.wait(60) == 1
        assert exercise.stderr is not None
        assert exercise.stderr.read().strip().endswith("Ended.")
    assert processes_of(tmp_path) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["exercise", "S9"], "There is no scenario S9"),
        (["exercise", "S1", "--seeds", "4-"], "Write seeds as"),
        (["exercise", "S1", "--gateway", "cut"], "Write the gateway as"),
        (["exercise", "S1", "--speed", "fast"], "Write the speed as"),
        (["exercise", "S1", "--seed", "1", "--seeds", "1-2"], "not both"),
        (["demo", "--speed", "-3"], "Write the speed as"),
        (["exercise", "S1", "--json", "/no/such/folder/out.json"], "/no/such/folder/out.json can not be written"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_two(words: list[str], sentence: str, tmp_path: Path) -> None:
    done = run(*words, MUSTER_HOME=str(tmp_path / "home"))
    assert done.returncode == 2
    assert done.stderr.startswith(sentence) or sentence in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


def test_an_office_folder_is_never_taken_for_a_demonstration(tmp_path: Path) -> None:
    (tmp_path / "muster.sqlite3").touch()
    done = run("demo", "--port", "0", MUSTER_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "holds something else" in done.stderr
    done = run("exercise", "S1", "--home", str(tmp_path))
    assert done.returncode == 1
    assert "was not made for exercises" in done.stderr
