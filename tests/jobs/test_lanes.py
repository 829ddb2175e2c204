"""Lanes: steps until told to stop, patience with a database that is away, signs of life."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest
from django.db import OperationalError

from muster.jobs import beats, lanes
from muster.jobs.lanes import Lane


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: object) -> Path:
    settings.HOME = tmp_path
    return tmp_path


class Steps:
    """A lane's step that plays a list: True/False results, or errors to raise; stops the lane at the end."""

    def __init__(self, *played: object) -> None:
        self.played = list(played)
        self.stop = threading.Event()

    def __call__(self) -> bool:
        result = self.played.pop(0)
        if not self.played:
            self.stop.set()
        if isinstance(result, Exception):
            raise result
        return bool(result)


def run(steps: Steps) -> None:
    lanes.run(Lane("tried", steps, idle_seconds=0.001), steps.stop)


def test_a_lane_steps_until_it_is_told_to_stop() -> None:
    steps = Steps(True, False, True)
    run(steps)
    assert steps.played == []


def test_a_database_that_is_briefly_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = Steps(OperationalError("away"), True)
    monkeypatch.setattr(lanes, "close_old_connections", lambda: None)
    monkeypatch.setattr(steps.stop, "wait", lambda _seconds: False)
    run(steps)
    assert steps.played == []


@pytest.mark.parametrize("exercise", [False, True])
def test_a_lane_with_nothing_to_do_looks_less_often_until_there_is_something(
    monkeypatch: pytest.MonkeyPatch, exercise: bool
) -> None:
    monkeypatch.setattr(lanes, "is_exercise_home", lambda: exercise)
    slower = 1 if exercise else lanes.SLOWER
    quiet = [False] * (lanes.SLOW_AFTER + 2)
    steps = Steps(*quiet, True, False, False)
    pauses: list[float] = []
    monkeypatch.setattr(steps.stop, "wait", lambda seconds: pauses.append(seconds))
    run(steps)
    assert pauses[: lanes.SLOW_AFTER] == [0.001] * lanes.SLOW_AFTER
    assert pauses[lanes.SLOW_AFTER :] == [0.001 * slower] * 2 + [0.001] * 2


def test_any_other_error_ends_the_lane() -> None:
    with pytest.raises(ValueError, match="broken"):
        run(Steps(ValueError("broken"), True))


def test_a_lane_gives_signs_of_life_and_takes_them_back_when_it_ends(home: Path) -> None:
    seen: list[dict[str, float]] = []
    steps = Steps(True)

    def look() -> bool:
        seen.append(beats.ages_seconds())
        return steps()

    lanes.run(Lane("tried", look), steps.stop)
    assert list(seen[0]) == ["tried"]
    assert seen[0]["tried"] < 5
    assert beats.ages_seconds() == {}


def test_signs_of_life_are_not_written_at_every_step(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beat = beats.Beat("tried")
    touched: list[Path] = []
    monkeypatch.setattr(Path, "touch", lambda path, mode: touched.append(path))
    beat.mark()
    beat.mark()
    assert len(touched) == 1


def test_the_age_of_a_silent_lane_grows(home: Path) -> None:
    beats.Beat("tried").mark()
    long_ago = time.time() - 1000
    os.utime(home / beats.FOLDER / "tried.beat", (long_ago, long_ago))
    assert beats.ages_seconds()["tried"] > 900


def test_every_lane_that_is_named_is_there() -> None:
    for name in lanes.PLACES.keys() - {"relay"}:
        found = lanes.find(name)
        assert found is not None, name
        assert found.name == name


def test_the_relay_s_lane_is_there_only_where_a_relay_is() -> None:
    assert lanes.find("relay") is None  # tests/relay starts real ones


def test_a_lane_of_a_part_that_is_not_installed_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(lanes.PLACES, "odd", "muster.apps.people.no_such_module:LANE")
    assert lanes.find("odd") is None
    monkeypatch.setitem(lanes.PLACES, "odd", "muster.apps.people.models:NO_SUCH_LANE")
    assert lanes.find("odd") is None
    with pytest.raises(KeyError):
        lanes.find("never heard of")
