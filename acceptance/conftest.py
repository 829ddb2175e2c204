"""Homes for acceptance checks: fresh ones, and copies of one that holds the shared roster."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.server import Home

from acceptance.ground import ROSTER, expected_roster


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A data folder that does not exist yet."""
    return Home(tmp_path / "home")


@pytest.fixture(scope="session")
def _enrolled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Home(tmp_path_factory.mktemp("roster") / "home")
    told = expected_roster()
    done = made.muster("import", "people", str(ROSTER), "--datum", told["datum"], "--as-of", told["as_of"])
    assert done.returncode == 0, done.stderr
    return made.path


@pytest.fixture
def enrolled(_enrolled: Path, tmp_path: Path) -> Home:
    """A home of this test's own that holds the shared roster."""
    shutil.copytree(_enrolled, tmp_path / "enrolled")
    return Home(tmp_path / "enrolled")


@pytest.fixture
def another(tmp_path: Path) -> Callable[[str], Home]:
    """More homes: `another("b")`."""
    return lambda name: Home(tmp_path / name)


# Building and installing whole bundles takes minutes; the quick round leaves it out.
collect_ignore = ["test_bundle.py"] if os.environ.get("MUSTER_QUICK") else []
