from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from django.db import DatabaseError
from django.test import Client

from muster.jobs import beats, pages


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: object) -> Path:
    settings.HOME = tmp_path
    return tmp_path


def test_anybody_may_ask_whether_it_is_well(db: None) -> None:
    answer = Client().get("/healthz/")
    assert answer.json() == {"database": "ok", "lanes": {}, "silent": []}
    assert "no-store" in answer["Cache-Control"]


def test_silent_lanes_are_named(db: None, home: Path) -> None:
    for name, age in (("send", 0), ("solve", 1000)):
        beats.Beat(name).mark()
        then = time.time() - age
        os.utime(home / beats.FOLDER / f"{name}.beat", (then, then))
    answer = Client().get("/healthz/").json()
    assert set(answer["lanes"]) == {"send", "solve"}
    assert answer["silent"] == ["solve"]


def test_a_database_that_is_away_is_said_with_503(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        def cursor(self) -> object:
            raise DatabaseError("away")

    monkeypatch.setattr(pages, "connection", Away())
    answer = Client().get("/healthz/")
    assert (answer.status_code, answer.json()) == (503, {"database": "away"})
