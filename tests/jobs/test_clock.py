"""The system's clock: real in real life, virtual in an exercise home only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from muster.jobs import clock

AT = datetime(2026, 11, 2, 6, 20, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, settings: object) -> Path:
    settings.HOME = tmp_path
    clock._seen = None
    return tmp_path


@pytest.fixture
def exercise_home(home: Path) -> Path:
    (home / clock.MARKER).touch()
    return home


def test_without_a_clock_file_it_is_now(home: Path) -> None:
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.speed() == 1.0
    assert not clock.is_exercise_home()


def test_an_exercise_clock_that_stands_still(exercise_home: Path) -> None:
    clock.set_virtual(AT, 0)
    assert clock.now() == AT
    assert clock.speed() == 0


def test_an_exercise_clock_runs_at_its_speed(exercise_home: Path, at: object) -> None:
    at("2026-07-14 14:20")
    clock.set_virtual(AT, 20)
    at("2026-07-14 14:21")
    assert clock.now() == AT + timedelta(minutes=20)


def test_a_set_clock_is_seen_at_once(exercise_home: Path) -> None:
    clock.set_virtual(AT, 0)
    assert clock.now() == AT
    clock.set_virtual(AT + timedelta(hours=1), 0)
    assert clock.now() == AT + timedelta(hours=1)


def test_a_clock_file_in_a_home_not_made_for_exercises_is_not_looked_at(home: Path) -> None:
    clock.set_virtual(AT, 0)
    assert clock.now() != AT
    assert clock.speed() == 1.0
