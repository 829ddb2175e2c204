"""Data folder and database settings."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from muster.conf import home
from muster.conf.database import database_settings


def test_secrets_are_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    made = home.load_secrets(folder)
    assert home.load_secrets(folder) == made
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / home.SECRETS_FILE).stat().st_mode) == 0o600


def test_every_secret_is_its_own_256_bits(tmp_path: Path) -> None:
    made = home.load_secrets(tmp_path)
    keys = {made.django_key, made.field_key, made.index_key, made.journal_key, made.gateway_key}
    assert len(keys) == 5
    assert all(len(bytes.fromhex(key)) == 32 for key in keys)


def test_two_first_starts_at_once_agree_on_the_secrets(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").unlink(missing_ok=True)
    real, meanwhile = home.os.link, home.load_secrets

    found: list[home.Secrets] = []

    def late_link(source: Path, target: Path) -> None:
        if not found:  # another process is a moment faster
            found.append(home.Secrets("1", "2", "3", "4", "5"))
            target.write_text(
                '{"django_key":"1","field_key":"2","index_key":"3","journal_key":"4","gateway_key":"5"}',
                encoding="ascii",
            )
        real(source, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(home.os, "link", late_link)
        assert meanwhile(tmp_path) == found[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secrets.json"]


def test_many_threads_read_one_set_of_secrets(tmp_path: Path) -> None:
    home.load_secrets(tmp_path)
    found: list[home.Secrets] = []
    threads = [threading.Thread(target=lambda: found.append(home.load_secrets(tmp_path))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1


def test_the_data_folder_is_var_unless_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MUSTER_HOME", raising=False)
    assert home.home_path() == tmp_path / "var"
    monkeypatch.setenv("MUSTER_HOME", "elsewhere")
    assert home.home_path() == tmp_path / "elsewhere"


def test_sqlite_lies_in_the_data_folder(tmp_path: Path) -> None:
    made = database_settings(tmp_path, None)
    assert made["NAME"] == str(tmp_path / "muster.sqlite3")
    assert made["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.django_db
def test_what_sqlite_has_committed_is_on_the_disk(on_postgres: bool) -> None:
    from django.db import connection

    if not on_postgres:
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
            assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u%40x:p%3Aw@db:5433/muster", ("u@x", "p:w", "db", "5433", "muster")),
        ("postgresql://postgres:@/name?host=/run/pg", ("postgres", "", "/run/pg", "", "name")),
        ("postgresql:///", ("postgres", "", "", "", "postgres")),
    ],
)
def test_postgresql_by_address(tmp_path: Path, url: str, expected: tuple[str, ...]) -> None:
    made = database_settings(tmp_path, url)
    assert tuple(made[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")) == expected
