"""Copies of a home that `muster init` has made: tests that need an empty system need not wait for its tables each time.

One model per kind of home (real or exercise, SQLite or PostgreSQL) and test process, made by the command itself at first use.
"""

from __future__ import annotations

import atexit
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from muster.jobs.clock import MARKER
from tests.postgres import copy_database, new_database

PLAIN = {"MUSTER_HOME", "MUSTER_LOG", "MUSTER_DATABASE_URL"}


@dataclass(frozen=True)
class Model:
    """A home that stays as the command left it."""

    folder: Path
    database_url: str
    link: str


_models: dict[tuple[bool, str], Model] = {}


def lay_out(path: Path, env: dict[str, str]) -> str:
    """Make `path` (and its database) a copy of a model; the one-time link. "" when that home is not plain and new."""
    own = {name for name in env if name.startswith("MUSTER_")}
    there = {one.name for one in path.iterdir()} if path.exists() else set()
    if own - PLAIN or there - {MARKER}:
        return ""
    url = env.get("MUSTER_DATABASE_URL", "")
    key = (MARKER in there, url.rpartition("/")[0])
    model = _models.get(key) or _models.setdefault(key, _make(url, env, exercise=MARKER in there))
    shutil.copytree(model.folder, path, dirs_exist_ok=True)
    path.chmod(0o700)
    if url:
        copy_database(model.database_url, url)
    return model.link


def _make(url: str, env: dict[str, str], *, exercise: bool) -> Model:
    above = Path(tempfile.mkdtemp(prefix="muster-model-"))
    atexit.register(shutil.rmtree, above, ignore_errors=True)
    folder = above / "home"
    folder.mkdir(mode=0o700)
    if exercise:
        (folder / MARKER).touch()
    own = new_database(url) if url else ""
    its = {**env, "MUSTER_HOME": str(folder), **({"MUSTER_DATABASE_URL": own} if own else {})}
    command = [sys.executable, "-m", "muster.cli.main", "init"]
    done = subprocess.run(command, env=its, capture_output=True, text=True, timeout=120, check=False)
    found = re.search(r"/first/[\w-]+/", done.stdout)
    assert done.returncode == 0, done.stderr
    assert found, done.stdout
    return Model(folder, own, found.group(0))
