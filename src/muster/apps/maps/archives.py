"""Files of base maps in the data folder: copied in by their hash, read by ranges."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings

from muster.apps.maps.store import FOLDER
from muster.core.errors import InvalidInput, Unreadable

END = ".pmtiles"
PIECE = 2**20
MOST_BYTES = 2**30  # a province; backups and a second machine carry every base map


def path_of(name: str) -> Path:
    return Path(settings.HOME) / FOLDER / f"{name}{END}"


def reader(path: Path) -> Callable[[int, int], bytes]:
    """`read(offset, length)` of a file, as the codec wants it."""

    def read(offset: int, length: int) -> bytes:
        with path.open("rb") as source:
            source.seek(offset)
            return source.read(length)

    return read


def size_of(path: Path) -> int:
    """Bytes of a file to import. Errors: Unreadable "file.missing", InvalidInput "maps.base_too_big"."""
    if not path.is_file():
        raise Unreadable("file.missing", path=str(path))
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise InvalidInput("maps.base_too_big", most=MOST_BYTES // 2**20)
    return size


def keep(source: Path) -> str:
    """Copy the file in, whole or not at all; returns its SHA-256, which is its name. Error: OSError."""
    folder = path_of("x").parent
    folder.mkdir(mode=0o700, exist_ok=True)
    part = folder / f".{os.getpid()}.part"
    digest = hashlib.sha256()
    try:
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out, source.open("rb") as given:
            while piece := given.read(PIECE):
                digest.update(piece)
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path_of(digest.hexdigest()))
    finally:
        part.unlink(missing_ok=True)
    return digest.hexdigest()


def forget(name: str) -> None:
    path_of(name).unlink(missing_ok=True)


def pieces(path: Path, start: int, length: int) -> Iterator[bytes]:
    """Bytes of the file from `start`, piece by piece."""
    with path.open("rb") as source:
        source.seek(start)
        while length > 0 and (piece := source.read(min(PIECE, length))):
            length -= len(piece)
            yield piece
