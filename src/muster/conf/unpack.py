"""Opening a backup: needs no settings, since the settings come out of it."""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import tarfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

from muster.core.errors import Conflict, InvalidInput, Unreadable

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "muster.sqlite3"
ROWS = "rows.jsonl"
# The marker of an exercise home and its clock come first: a restore cut short must not leave a folder that looks real.
SMALL_FILES = ("exercise.home", "clock.json", "secrets.json", "journal.heads")
REQUIRED = "secrets.json"
MAPS = "maps"  # folder of road networks and base maps, files named by their hash
MAP_FILE = re.compile(MAPS + r"/[0-9a-f]{64}\.(npz|pmtiles)")


@dataclass(frozen=True, slots=True)
class Manifest:
    """`engine` is sqlite (a database file inside) or rows (one JSON line per row, for any database)."""

    format: int
    engine: str
    made_at: str
    rows: int

    def to_json(self) -> str:
        return json.dumps(asdict(self))


def unpack(file: Path, into: Path) -> Manifest:
    """Lay the backup's files into the empty folder `into` (mode 0700), the database included when it is a file.

    Errors: "file.missing", "restore.not_empty", "backup.unreadable", "backup.newer", "restore.needs_sqlite"."""
    if not file.is_file():
        raise Unreadable("file.missing", path=str(file))
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise Conflict("restore.not_empty", path=str(into))
    try:
        _read_to_the_end(file)
        with tarfile.open(file, "r:gz") as archive:
            manifest = _manifest(archive)
            _check(manifest)
            _lay_out(archive, into)
    except (tarfile.TarError, EOFError, OSError, KeyError, TypeError, json.JSONDecodeError, zlib.error) as error:
        raise Unreadable("backup.unreadable", path=str(file)) from error
    return manifest


def _read_to_the_end(file: Path) -> None:
    """The check sum of the whole stands at its end, and who takes single members out never gets there."""
    with gzip.open(file) as whole:
        while whole.read(2**20):
            pass


def _manifest(archive: tarfile.TarFile) -> Manifest:
    member = archive.extractfile(MANIFEST)
    if member is None:
        raise KeyError(MANIFEST)
    return Manifest(**json.load(member))


def _check(manifest: Manifest) -> None:
    if manifest.format > FORMAT:
        raise InvalidInput("backup.newer")
    if manifest.engine == "sqlite" and os.environ.get("MUSTER_DATABASE_URL"):
        raise InvalidInput("restore.needs_sqlite")


def _lay_out(archive: tarfile.TarFile, into: Path) -> None:
    """Only names we know are taken out, as plain files of ours: an archive can not choose where it writes."""
    into.mkdir(parents=True, exist_ok=True, mode=0o700)
    maps = sorted(filter(MAP_FILE.fullmatch, archive.getnames()))
    if maps:
        (into / MAPS).mkdir(mode=0o700)
    for name in (*SMALL_FILES, DATABASE, ROWS, *maps):
        try:
            source = archive.extractfile(name)
        except KeyError:
            continue
        if source is None:
            raise KeyError(name)
        handle = os.open(into / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            shutil.copyfileobj(source, out)
    if not (into / REQUIRED).exists():
        raise KeyError(REQUIRED)
