"""The ground of all tests: a data folder of their own, SQLite or PostgreSQL, a clock to set.

`pytest --db postgres` runs on a real PostgreSQL that is started for the session and shared by its workers (each has a
database of its own); `--db sqlite` is the default. The choice must be known before settings are read, and settings are
read while conftest files load, so it is taken from the command line here and passed on to workers by the environment.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from conftest import DATABASES
from tests.postgres import start_postgres

CHOICE = "MUSTER_TEST_DB"
BASE = "MUSTER_TEST_BASE"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
BEIJING = ZoneInfo("Asia/Shanghai")
PURE = {"core", "codecs", "planning", "roads", "house_rules"}
FAST_HASHER = "django.contrib.auth.hashers.MD5PasswordHasher"

_to_stop: list[Callable[[], None]] = []


def _lay_ground() -> None:
    """Environment of this process: once by the controller (or the only process), then per worker."""
    if not WORKER:
        parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
        parser.add_argument("--db", choices=DATABASES, default=os.environ.get(CHOICE, "sqlite"))
        os.environ[CHOICE] = parser.parse_known_args(sys.argv[1:])[0].db
        base = tempfile.mkdtemp(prefix="muster-tests-")
        os.environ[BASE] = base
        _to_stop.append(lambda: shutil.rmtree(base, ignore_errors=True))
        os.environ.pop("MUSTER_DATABASE_URL", None)
        if os.environ[CHOICE] == "postgres":
            os.environ["MUSTER_DATABASE_URL"], stop = start_postgres()
            _to_stop.insert(0, stop)
    home = Path(os.environ[BASE]) / (WORKER or "only")
    home.mkdir(mode=0o700)
    os.environ.update(MUSTER_HOME=str(home), DJANGO_SETTINGS_MODULE="muster.conf.settings", MUSTER_LOG="ERROR")
    for name in ("MUSTER_SMS_URL", "MUSTER_EXERCISE_SMS_URL", "MUSTER_PUBLIC_URL", "MUSTER_LANGUAGE"):
        os.environ.pop(name, None)


def _start_django() -> None:
    import django
    from django.conf import settings

    settings.PASSWORD_HASHERS = [FAST_HASHER]  # the real one is slow by design
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    if "sqlite3" in settings.DATABASES["default"]["ENGINE"]:
        # A file instead of memory: threads and child processes of a test must see the same database.
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = str(Path(settings.HOME) / "test.sqlite3")
    django.setup()


_lay_ground()
_start_django()

pytest_plugins = ["tests.server", "tests.world"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Workers inherit this environment: without this they would read settings before they have a folder of their own."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_report_header() -> str:
    return f"database: {os.environ[CHOICE]}"


def pytest_unconfigure() -> None:
    while _to_stop:
        _to_stop.pop(0)()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What knows no database says the same on both: it is run on the first one only."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and item.path.relative_to(here).parts[0] in PURE:
            item.add_marker(pytest.mark.once)
    if os.environ[CHOICE] == "postgres":
        again = [item for item in items if item.get_closest_marker("once")]
        items[:] = [item for item in items if not item.get_closest_marker("once")]
        config.hook.pytest_deselected(items=again)


@pytest.fixture
def on_postgres() -> bool:
    return os.environ[CHOICE] == "postgres"


@pytest.fixture
def at() -> Iterator[Callable[[str], datetime]]:
    """`at("2026-07-14 14:20")` stops every clock of this process at that Beijing time and returns it in UTC."""
    import time_machine

    running: list[time_machine.travel] = []

    def set_to(beijing: str) -> datetime:
        moment = datetime.fromisoformat(beijing).replace(tzinfo=BEIJING).astimezone(UTC)
        travel = time_machine.travel(moment, tick=False)
        travel.start()
        running.append(travel)
        return moment

    yield set_to
    while running:
        running.pop().stop()


@pytest.fixture(autouse=True)
def _clean_house(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nothing of one test reaches the next through files, caches or the language of the thread."""
    from django.conf import settings
    from django.utils import translation

    from muster.jobs import clock
    from muster.journal import heads

    yield
    translation.deactivate()
    home = Path(settings.HOME)
    for path in (heads.head_path(), home / clock.MARKER, home / clock.FILE):
        path.unlink(missing_ok=True)
    clock._seen = None


@pytest.fixture
def child_env() -> dict[str, str]:
    """Environment with which a child process sees the database and data folder of this very test
    (use with `transactional_db`)."""
    from django.conf import settings
    from django.db import connection

    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent.parent), *sys.path])}
    if connection.vendor == "postgresql":
        base, _, query = os.environ["MUSTER_DATABASE_URL"].partition("?")
        env["MUSTER_DATABASE_URL"] = f"{base.rsplit('/', 1)[0]}/{connection.settings_dict['NAME']}?{query}"
    else:
        link = Path(settings.HOME) / "muster.sqlite3"
        link.unlink(missing_ok=True)
        link.symlink_to(connection.settings_dict["NAME"])
    env["MUSTER_HOME"] = str(settings.HOME)
    return env
