"""Backup and restore of a whole data folder: database, keys, journal marks.

An SQLite database is copied by its online backup, so the system may run meanwhile; other databases are written row by
row as of one moment. The file holds the keys and is not encrypted: it is made readable by its owner only.
"""

from __future__ import annotations

import io
import os
import sqlite3
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection, transaction

from muster.access.models import Account
from muster.conf import dump
from muster.conf.first_start import prepare
from muster.conf.unpack import DATABASE, FORMAT, MANIFEST, MAP_FILE, MAPS, ROWS, SMALL_FILES, Manifest
from muster.core.errors import Conflict, Unreadable


def make_backup(file: Path) -> int:
    """Write the backup; returns the number of rows. It bears its name only when it is whole.

    Errors: Conflict "file.exists" (the backup, or what another one is just writing), OSError, DatabaseError."""
    part = file.with_name(file.name + ".part")
    if file.exists():
        raise Conflict("file.exists", path=str(file))
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Conflict("file.exists", path=str(part)) from error
    try:
        with os.fdopen(handle, "wb") as out:
            rows = _write_archive(out)
            out.flush()
            os.fsync(out.fileno())
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
    return rows


def _write_archive(out: BinaryIO) -> int:
    home = Path(settings.HOME)
    with tempfile.TemporaryDirectory(dir=home) as folder:
        # Marks before rows: marks may lag behind the rows, but marks ahead of them would look like a cut journal.
        small = {name: (home / name).read_bytes() for name in SMALL_FILES if (home / name).exists()}
        body = Path(folder) / (DATABASE if connection.vendor == "sqlite" else ROWS)
        engine, rows = ("sqlite", _copy_sqlite(body)) if connection.vendor == "sqlite" else ("rows", _write_rows(body))
        manifest = Manifest(FORMAT, engine, datetime.now(UTC).isoformat(timespec="seconds"), rows)
        with tarfile.open(fileobj=out, mode="w:gz", compresslevel=6) as archive:
            _add_bytes(archive, MANIFEST, manifest.to_json().encode())
            for name, content in small.items():
                _add_bytes(archive, name, content)
            archive.add(body, arcname=body.name, filter=_nobodys)
            for file in sorted(each for each in (home / MAPS).glob("*") if MAP_FILE.fullmatch(f"{MAPS}/{each.name}")):
                archive.add(file, arcname=f"{MAPS}/{file.name}", filter=_nobodys)
    return rows


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    archive.addfile(info, io.BytesIO(content))


def _nobodys(info: tarfile.TarInfo) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o600
    return info


def _copy_sqlite(target: Path) -> int:
    connection.ensure_connection()
    copy = sqlite3.connect(target)
    try:
        with connection.wrap_database_errors:  # both speak to the driver itself
            connection.connection.backup(copy)
            return sum(copy.execute(dump.count_statement(model)).fetchone()[0] for model in dump.tables())
    finally:
        copy.close()


def _write_rows(target: Path) -> int:
    count = 0
    with transaction.atomic(), target.open("w", encoding="utf-8") as out:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for line in dump.rows():
            out.write(line + "\n")
            count += 1
    return count


def fill_database(home: Path, manifest: Manifest) -> int:
    """Bring the unpacked database to this program's version; rows are loaded into the configured, empty database.

    Errors: Conflict "restore.database_not_empty", Unreadable "backup.unreadable"."""
    lines = home / ROWS
    if manifest.engine == "sqlite":
        prepare()
        return manifest.rows
    _refuse_used_database()
    prepare()
    try:
        with lines.open(encoding="utf-8") as source:
            count = dump.load(source)
    except (KeyError, ValueError) as error:
        raise Unreadable("backup.unreadable", path=str(lines)) from error
    if count != manifest.rows:
        raise Unreadable("backup.unreadable", path=str(lines))
    lines.unlink()
    return count


def _refuse_used_database() -> None:
    if Account._meta.db_table in connection.introspection.table_names() and Account.objects.exists():
        raise Conflict("restore.database_not_empty")
