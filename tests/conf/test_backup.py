"""A backup is everything, and restoring it into an empty folder gives everything back: real homes, real commands."""

from __future__ import annotations

import io
import json
import os
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from muster.conf import backup, unpack
from muster.core.errors import Conflict, InvalidInput, Unreadable
from tests.postgres import new_database
from tests.server import Home

FILL = """
from tests.world import build
from django.utils import timezone
build(timezone.now())
"""
READ = """
import json
from muster.apps.people.models import Member
from muster.journal.models import Stream
from muster.access.models import Account
print(json.dumps([
    [[m.number, m.name, m.phone] for m in Member.objects.order_by("number")],
    [[s.name, s.count, s.head] for s in Stream.objects.order_by("name")],
    [[a.user.username, a.role, a.unit_path, a.user.password] for a in Account.objects.order_by("pk")],
]))
"""


@pytest.fixture
def filled(new_home: Callable[..., Home]) -> Home:
    root = str(Path(__file__).parents[2])
    home = new_home("first", PYTHONPATH=f"{root}{os.pathsep}{root}/src")
    home.init()
    home.python(FILL)
    return home


def restored(home: Home, file: Path, name: str) -> tuple[Home, object]:
    """Restore into a fresh folder (and, on PostgreSQL, a fresh database)."""
    url = home.env.get("MUSTER_DATABASE_URL", "")
    other = Home(home.path.with_name(name), new_database(url) if url else "", PYTHONPATH=home.env["PYTHONPATH"])
    return other, other.muster("restore", str(file), "--into", str(other.path))


@pytest.mark.processes
def test_everything_comes_back_into_an_empty_folder(filled: Home, tmp_path: Path) -> None:
    file = tmp_path / "backup.tar.gz"
    done = filled.muster("backup", str(file))
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    other, told = restored(filled, file, "second")
    assert told.returncode == 0, told.stderr
    assert "the journal is whole" in told.stdout
    assert other.python(READ) == filled.python(READ)
    for name in ("secrets.json", "journal.heads"):
        assert (other.path / name).read_bytes() == (filled.path / name).read_bytes()
        assert stat.S_IMODE((other.path / name).stat().st_mode) == 0o600
    assert not (other.path / unpack.ROWS).exists()
    again = other.muster("init")
    assert again.returncode == 0
    refused = filled.muster("backup", str(file))
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)


@pytest.mark.django_db
def test_a_backup_that_fails_half_way_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        assert [path.name for path in tmp_path.iterdir()] == ["b.gz.part"]
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_add_bytes", full)
    monkeypatch.setattr(backup, "_copy_sqlite", lambda body: body.write_bytes(b"") or 0)
    monkeypatch.setattr(backup, "_write_rows", lambda body: body.write_bytes(b"") or 0)
    with pytest.raises(OSError, match="No space"):
        backup.make_backup(tmp_path / "b.gz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.processes
def test_a_backup_of_a_broken_journal_is_restored_but_said_to_be_broken(filled: Home, tmp_path: Path) -> None:
    filled.python("from muster.journal.models import Entry\nEntry.objects.filter(seq=2).update(actor='forged')")
    file = tmp_path / "backup.tar.gz"
    filled.muster("backup", str(file))
    _, told = restored(filled, file, "second")
    assert told.returncode == 1
    assert "broken: " in told.stderr


@pytest.mark.processes
def test_an_exercise_home_stays_one_when_it_is_restored(filled: Home, tmp_path: Path) -> None:
    (filled.path / "exercise.home").write_text("exercise\n", encoding="ascii")
    (filled.path / "clock.json").write_text(
        '{"base_real": 0, "base_virtual": "2026-07-14T06:20:00+00:00", "speed": 0}', encoding="ascii"
    )
    filled.muster("backup", str(tmp_path / "backup.tar.gz"))
    other, told = restored(filled, tmp_path / "backup.tar.gz", "second")
    assert told.returncode == 0, told.stderr
    asked = "from muster.jobs import clock\nprint(clock.is_exercise_home(), clock.now().isoformat())"
    assert other.python(asked) == "True 2026-07-14T06:20:00+00:00\n"


def test_the_marker_of_an_exercise_is_laid_out_before_anything_else(tmp_path: Path) -> None:
    file = archive(tmp_path / "b", manifest__json=manifest(), exercise__home=b"")  # no keys: it ends half way
    with pytest.raises(Unreadable):
        unpack.unpack(file, tmp_path / "new")
    assert (tmp_path / "new" / "exercise.home").exists()
    assert unpack.SMALL_FILES[0] == "exercise.home"


def archive(path: Path, **files: bytes) -> Path:
    """A hand-made backup; `manifest` is filled in unless given."""
    with tarfile.open(path, "w:gz") as out:
        for name, content in files.items():
            info = tarfile.TarInfo(name.replace("__", "."))
            info.size = len(content)
            out.addfile(info, io.BytesIO(content))
    return path


def manifest(**changes: object) -> bytes:
    return json.dumps({"format": 1, "engine": "rows", "made_at": "", "rows": 0, **changes}).encode()


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    file = archive(tmp_path / "b", manifest__json=manifest(), secrets__json=b"{}")
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "x").touch()
    for into in (tmp_path / "used", file):
        with pytest.raises(Conflict, match=r"restore\.not_empty"):
            unpack.unpack(file, into)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"file\.missing"):
        unpack.unpack(tmp_path / "none", tmp_path / "into")


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"manifest__json": b"{"},
        {"manifest__json": b"[]"},
        {"manifest__json": b'{"odd": 1}'},
        {"manifest__json": manifest()},
        {"secrets__json": b"{}"},
    ],
    ids=str,
)
def test_what_is_no_backup_is_refused(files: dict[str, bytes], tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"backup\.unreadable"):
        unpack.unpack(archive(tmp_path / "b", **files), tmp_path / "into")


@pytest.mark.parametrize("content", [b"", b"no archive at all", b"\x1f\x8b\x08 cut short"])
def test_a_damaged_file_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(content)
    with pytest.raises(Unreadable, match=r"backup\.unreadable"):
        unpack.unpack(tmp_path / "b", tmp_path / "into")


@pytest.mark.parametrize("name", ["manifest.json", "secrets.json"])
def test_a_folder_in_the_place_of_a_file_is_refused(name: str, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "b", "w:gz") as out:
        if name != "manifest.json":
            info = tarfile.TarInfo("manifest.json")
            info.size = len(manifest())
            out.addfile(info, io.BytesIO(manifest()))
        folder = tarfile.TarInfo(name)
        folder.type = tarfile.DIRTYPE
        out.addfile(folder)
    with pytest.raises(Unreadable, match=r"backup\.unreadable"):
        unpack.unpack(tmp_path / "b", tmp_path / "into")


def test_an_archive_can_not_choose_where_it_writes(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "b", "w:gz") as out:
        for name, content in (
            ("manifest.json", manifest()),
            ("secrets.json", b"{}"),
            ("../evil", b"x"),
            ("/evil", b"x"),
        ):
            info = tarfile.TarInfo(name)
            info.size = len(content)
            out.addfile(info, io.BytesIO(content))
    unpack.unpack(tmp_path / "b", tmp_path / "deep" / "into")
    assert [path.name for path in (tmp_path / "deep").rglob("*") if path.is_file()] == ["secrets.json"]


def test_a_backup_of_a_newer_muster_is_refused(tmp_path: Path) -> None:
    file = archive(tmp_path / "b", manifest__json=manifest(format=99), secrets__json=b"{}")
    with pytest.raises(InvalidInput, match=r"backup\.newer"):
        unpack.unpack(file, tmp_path / "into")


def test_a_database_file_is_not_restored_beside_another_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_DATABASE_URL", "postgresql:///x")
    file = archive(tmp_path / "b", manifest__json=manifest(engine="sqlite"), secrets__json=b"{}")
    with pytest.raises(InvalidInput, match=r"restore\.needs_sqlite"):
        unpack.unpack(file, tmp_path / "into")


def rows_of(tmp_path: Path, text: str) -> Path:
    (tmp_path / unpack.ROWS).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_database_in_use_is_not_overwritten(world: object, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match=r"restore\.database_not_empty"):
        backup.fill_database(rows_of(tmp_path, ""), unpack.Manifest(1, "rows", "", 0))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("text", "rows"), [('["no_table", []]\n', 1), ("{not json\n", 1), ("", 3)])
def test_rows_that_do_not_fit_are_refused(tmp_path: Path, text: str, rows: int) -> None:
    with pytest.raises(Unreadable, match=r"backup\.unreadable"):
        backup.fill_database(rows_of(tmp_path, text), unpack.Manifest(1, "rows", "", rows))


ROADS = """
from muster.access.rights import SYSTEM
from muster.apps.maps.actions import keep_network
from tests.roads.makers import two_banks
keep_network(SYSTEM, two_banks().graph, "two-banks.osm.pbf")
from pathlib import Path
from django.conf import settings
from muster.apps.maps.actions import import_base
from tests.maps.tiles import archive
path = Path(settings.HOME) / "base.pmtiles"
path.write_bytes(archive({(0, 0, 0): bytes([26, 2, 10, 0])}, bounds=(-180, -85, 180, 85)))
import_base(SYSTEM, path)
"""
ROADS_READ = """
from muster.apps.maps.reads import current_network
current = current_network()
print(current.row.hash, current.problem, len(current.network.graph.lon))
from muster.apps.maps.reads import current_bases
print([(row.hash, row.kind) for row in current_bases()])
"""


@pytest.mark.processes
def test_roads_and_base_maps_come_back_with_their_files(filled: Home, tmp_path: Path) -> None:
    filled.python(ROADS)
    filled.muster("backup", str(tmp_path / "backup.tar.gz"))
    other, told = restored(filled, tmp_path / "backup.tar.gz", "second")
    assert told.returncode == 0, told.stderr
    assert other.python(ROADS_READ) == filled.python(ROADS_READ)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (other.path / "maps").iterdir()] == [0o600, 0o600]


def test_only_files_named_as_road_networks_and_base_maps_are_laid_out(tmp_path: Path) -> None:
    good = f"maps/{'a' * 64}.npz"
    base = f"maps/{'d' * 64}.pmtiles"
    names = (
        good,
        base,
        f"{base}.part",
        "maps/../outside.npz",
        "maps/../outside.pmtiles",
        f"maps/{'b' * 64}.sh",
        f"other/{'c' * 64}.npz",
    )
    file = archive(tmp_path / "b", manifest__json=manifest(), secrets__json=b"{}", **{
        name.replace(".", "__"): b"x" for name in names
    })  # fmt: skip
    unpack.unpack(file, tmp_path / "new")
    found = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {"b", f"new/{good}", f"new/{base}", "new/secrets.json"}
