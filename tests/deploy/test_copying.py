"""The copy of the second machine: equal to what one moment of the first looked like, whatever happens in between."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.conf import copying
from muster.conf.copying import CHUNK, Copy
from muster.core.errors import Unreadable

ABOUT = {"at": "2026-11-23T06:00:00+00:00", "epoch": 1, "version": "1"}


class First:
    """A data folder in use: a database in WAL mode with one writer, and small files."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir()
        (home / "secrets.json").write_text("{}")
        self.link = sqlite3.connect(home / "muster.sqlite3", isolation_level=None, check_same_thread=False)
        self.link.execute("PRAGMA journal_mode=WAL")
        self.link.execute("CREATE TABLE a (id INTEGER PRIMARY KEY, body BLOB, half INTEGER)")

    def write(self, size: int, rows: int = 1) -> None:
        self.link.execute("BEGIN IMMEDIATE")
        for half in (0, 1):  # every transaction adds to both halves: a torn copy would hold unequal numbers
            for _ in range(rows):
                self.link.execute("INSERT INTO a (body, half) VALUES (randomblob(?), ?)", (size, half))
        self.link.execute("COMMIT")

    def delete(self, share: int) -> None:
        self.link.execute("DELETE FROM a WHERE id % ? = 0 OR id % ? = 1", (2 * share, 2 * share))
        self.link.execute("VACUUM")

    def rows(self) -> list[tuple[int, bytes]]:
        return self.link.execute("SELECT id, body FROM a ORDER BY id").fetchall()


@pytest.fixture
def first(tmp_path: Path) -> Iterator[First]:
    made = First(tmp_path / "first")
    yield made
    made.link.close()


def rows_of(copy: Copy) -> list[tuple[int, bytes]]:
    link = sqlite3.connect(f"file:{copy.database}?mode=ro&immutable=1", uri=True)
    try:
        assert link.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return link.execute("SELECT id, body FROM a ORDER BY id").fetchall()
    finally:
        link.close()


def fetch(first: First, copy: Copy) -> bytes:
    got = copying.answer(first.home, copy.asked(), ABOUT)
    copy.take(got)
    return got


def test_the_copy_follows_growing_shrinking_and_what_stands_in_the_log_only(first: First, tmp_path: Path) -> None:
    copy = Copy(tmp_path / "second")
    first.write(100_000, rows=20)
    fetch(first, copy)
    assert rows_of(copy) == first.rows()
    first.link.execute("PRAGMA wal_autocheckpoint=0")
    first.write(10)
    got = fetch(first, copy)
    assert rows_of(copy) == first.rows()
    assert len(got) < 8 * CHUNK  # of some four million bytes
    first.delete(2)
    fetch(first, copy)
    assert rows_of(copy) == first.rows()
    assert (
        Copy(copy.folder).chunks == copy.chunks == copying.chunk_hashes(copying.snapshot(first.home / "muster.sqlite3"))
    )


def test_files_come_change_and_go(first: First, tmp_path: Path) -> None:
    copy = Copy(tmp_path / "second")
    (first.home / "tls").mkdir()
    (first.home / "tls" / "ca.pem").write_text("one")
    (first.home / "maps").mkdir()
    (first.home / "maps" / "a.npz").write_bytes(b"\0" * 1000)
    fetch(first, copy)
    (first.home / "tls" / "ca.pem").write_text("two")
    (first.home / "maps" / "a.npz").unlink()
    (first.home / "up.lock").write_text("never")
    fetch(first, copy)
    files = copy.folder / "files"
    found = {path.relative_to(files).as_posix() for path in files.rglob("*") if path.is_file()}
    assert found == {"secrets.json", "tls/ca.pem"} == set(copy.files)
    assert (files / "tls" / "ca.pem").read_text() == "two"
    assert (files / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_an_unchanged_database_costs_one_line(first: First, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "SETTLED_SECONDS", 0.0)
    copy = Copy(tmp_path / "second")
    fetch(first, copy)
    got = fetch(first, copy)
    assert json.loads(got)["same"] is True
    first.write(1)
    assert json.loads(fetch(first, copy).split(b"\n")[0])["same"] is False


def test_a_change_a_moment_ago_is_never_taken_for_an_old_one(first: First) -> None:
    first.write(1)
    assert copying.stamp(first.home) == ""


def test_copies_made_while_others_write_are_of_one_moment(first: First, tmp_path: Path) -> None:
    copy, stop = Copy(tmp_path / "second"), threading.Event()

    def busy() -> None:
        while not stop.is_set():
            first.write(3000)

    writer = threading.Thread(target=busy)
    writer.start()
    try:
        counts = []
        for _ in range(15):
            fetch(first, copy)
            link = sqlite3.connect(f"file:{copy.database}?mode=ro&immutable=1", uri=True)
            halves = link.execute("SELECT SUM(half = 0), SUM(half = 1) FROM a").fetchone()
            assert link.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            link.close()
            assert halves[0] == halves[1]
            counts.append(halves[0] or 0)
    finally:
        stop.set()
        writer.join()
    assert counts[-1] > counts[0]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.floats(0, 1), flip=st.booleans())
def test_a_damaged_answer_is_refused_and_changes_nothing(first: First, tmp_path: Path, cut: float, flip: bool) -> None:
    copy = Copy(tmp_path / "second")
    fetch(first, copy)
    before, chunks = rows_of(copy), list(copy.chunks)
    first.write(200_000)
    got = copying.answer(first.home, copy.asked(), ABOUT)
    at = int(cut * (len(got) - 1))
    head = got.index(b"\n") + 1
    bad = got[:at] + bytes([got[at] ^ 1]) + got[at + 1 :] if flip and at >= head else got[:at]
    with pytest.raises(Unreadable, match=r"pair\.answer"):
        copy.take(bad)
    assert rows_of(copy) == before
    assert copy.chunks == chunks


def test_a_kill_between_putting_down_and_laying_over_loses_nothing(
    first: First, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = Copy(tmp_path / "second")
    fetch(first, copy)
    first.write(300_000)
    got = copying.answer(first.home, copy.asked(), ABOUT)

    class Killed(BaseException):
        """Nobody catches it, as nobody catches SIGKILL."""

    def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr("muster.conf.copying.os.fdopen", die)
    with pytest.raises(Killed):
        copy.take(got)
    monkeypatch.undo()
    again = Copy(copy.folder)
    assert rows_of(again) == first.rows()
    assert json.loads(fetch(first, again).split(b"\n")[0])["chunks"] == []


@pytest.mark.parametrize("path", ["../x", "/etc/x", "tls/../x", "tls/a/b", "tls/.x", "up.lock", "tls/"])
def test_an_answer_can_not_choose_where_it_writes(path: str, tmp_path: Path) -> None:
    copy = Copy(tmp_path / "second")
    for listed in ({"files": [[path, copying.digest(b"x"), 1]], "gone": []}, {"files": [], "gone": [path]}):
        body = json.dumps({**ABOUT, "stamp": "", "same": False, "size": 0, "chunks": [], **listed}).encode() + b"\n"
        with pytest.raises(Unreadable, match=r"pair\.answer"):
            copy.take(body + b"x" * len(listed["files"]))
