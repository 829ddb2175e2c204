"""Switching releases and going back, with releases that are this very program under other numbers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from muster.conf import releases
from muster.core.errors import Conflict, InvalidInput, Unavailable
from muster.jobs.lock import HomeLock
from tests.server import Home

COUNT = "from muster.apps.people.models import Unit\nprint(Unit.objects.count())"
MAKE = "from muster.apps.people.models import Unit\nUnit.objects.create(name='x', code='x', path='x', kind='town')"


def lay(prefix: Path, version: str, before_init: str = "true") -> None:
    """A release whose program is this one; `before_init` is what its `init` does first."""
    program = prefix / "releases" / version / "bin" / "muster"
    program.parent.mkdir(parents=True)
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = init ]; then {before_init} || exit 1; fi\nexec {sys.executable} -m muster.cli.main "$@"\n'
    )
    program.chmod(0o755)
    (prefix / "releases" / version / releases.WHOLE).touch()


@pytest.fixture
def home(new_home: Callable[..., Home]) -> Home:
    return new_home()


@pytest.fixture
def here(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> releases.Installation:
    """An installation with release 1.0.0 in use and 1.10.0 beside it."""
    prefix = tmp_path / "opt"
    lay(prefix, "1.0.0")
    lay(prefix, "1.10.0")
    url = home.env.get("MUSTER_DATABASE_URL", "")
    (prefix / "muster.env").write_text(f"# settings\nMUSTER_HOME={home.path}\nMUSTER_DATABASE_URL='{url}'\n")
    for name in ("DJANGO_SETTINGS_MODULE", "MUSTER_HOME", "MUSTER_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    made = releases.Installation(prefix)
    assert "/first/" in releases.switch(made, "1.0.0")
    return made


@pytest.mark.processes
def test_the_data_are_kept_on_the_way_there_and_are_those_from_before_on_the_way_back(
    here: releases.Installation, home: Home
) -> None:
    home.python(MAKE)
    releases.switch(here, "1.10.0")
    assert (here.current, home.python(COUNT)) == ("1.10.0", "1\n")
    home.python(MAKE.replace("'x'", "'y'"))
    kept = releases.rollback(here)
    assert (here.current, home.python(COUNT)) == ("1.0.0", "1\n")
    assert home.muster("check", "journal").returncode == 0
    assert (kept / "secrets.json").exists()
    with pytest.raises(Conflict, match=r"release\.nothing_before"):
        releases.rollback(here)
    releases.switch(here, "1.10.0")  # and there again
    assert here.current == "1.10.0"


@pytest.mark.processes
def test_a_release_that_can_not_bring_the_data_up_leaves_everything_as_it_was(
    here: releases.Installation, home: Home
) -> None:
    home.python(MAKE)
    spoil = f"{sys.executable} -c \"import os; os.remove('{home.path}/journal.heads')\"; false"
    lay(here.prefix, "2.0.0", before_init=spoil)
    with pytest.raises(Unavailable, match=r"release\.command_failed"):
        releases.switch(here, "2.0.0")
    assert (here.current, home.python(COUNT)) == ("1.0.0", "1\n")
    assert home.muster("check", "journal").returncode == 0


@pytest.mark.processes
def test_nothing_is_switched_while_it_runs_or_to_what_is_older_unknown_or_in_use(here: releases.Installation) -> None:
    lay(here.prefix, "0.9.0")
    for version, code in (("1.0.0", "in_use"), ("0.9.0", "older"), ("3.0.0", "unknown")):
        with pytest.raises((Conflict, InvalidInput), match=rf"release\.{code}"):
            releases.switch(here, version)
    lock = HomeLock(here.home)
    lock.take("http://127.0.0.1:1/")
    for act in (lambda: releases.switch(here, "1.10.0"), lambda: releases.rollback(here)):
        with pytest.raises(Conflict):
            act()
    lock.free()
    assert here.current == "1.0.0"
    assert here.versions() == ["0.9.0", "1.0.0", "1.10.0"]


@pytest.mark.processes
def test_without_the_backup_there_is_no_way_back(here: releases.Installation) -> None:
    releases.switch(here, "1.10.0")
    Path(here.history()[-1].backup).unlink()
    with pytest.raises(Conflict, match=r"release\.backup_gone"):
        releases.rollback(here)
    assert here.current == "1.10.0"


def test_numbers_of_versions_are_compared_as_numbers() -> None:
    assert sorted(["1.10.0", "1.9.0", "1.9.0rc1", "1.9"], key=releases.order) == ["1.9", "1.9.0", "1.9.0rc1", "1.10.0"]
    with pytest.raises(InvalidInput, match=r"release\.version_form"):
        releases.order("../x")


def test_a_folder_that_is_no_installation_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"release\.no_prefix"):
        releases.Installation(tmp_path)


def test_settings_are_read_as_a_shell_reads_them(tmp_path: Path) -> None:
    (tmp_path / "e").write_text("# A=1\n\nB=2\nC='x y'\nD=\"a=b\"\nE=\n")
    assert releases.settings_of(tmp_path / "e") == {"B": "2", "C": "x y", "D": "a=b", "E": ""}
