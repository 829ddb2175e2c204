"""The copy that travels from the first machine to the second: database chunks that differ, and small files.

A chunk is 64 KiB of the database as one read transaction sees it, changes in its write-ahead log included. The second
machine says which chunks it has, by hash; only others travel. The answer is one JSON line, then the bytes it lists:

    {"at", "epoch", "version", "stamp", "same", "size", "chunks": [[index, hash, length]], "files": [[path, hash, length]],
     "gone": [paths]}

What came in is first put down whole and only then laid over the copy, so that no kill leaves a torn copy.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from muster.conf.unpack import DATABASE, SMALL_FILES
from muster.core.errors import Unreadable

CHUNK = 64 * 2**10
FOLDERS = ("maps", "tls")
SETTLED_SECONDS = 1.0
_COPY, _PART, _READY = "copy.sqlite3", "change.part", "change.ready"


def digest(body: bytes | memoryview) -> str:
    return blake2b(body, digest_size=16).hexdigest()


def chunk_hashes(database: bytes) -> list[str]:
    view = memoryview(database)
    return [digest(view[at : at + CHUNK]) for at in range(0, len(database), CHUNK)]


def stamp(home: Path) -> str:
    """Differs after every commit. Empty while the last change is so young that the next may bear the same time."""
    marks, newest = [], 0.0
    for path in [home / f"{DATABASE}{end}" for end in ("", "-wal")] + _files(home):
        try:
            stat = path.stat()
        except FileNotFoundError:
            continue
        marks.append(f"{path.name}:{stat.st_size}:{stat.st_mtime_ns}")
        newest = max(newest, stat.st_mtime)
    return "" if time.time() - newest < SETTLED_SECONDS else digest("\n".join(marks).encode())


def _files(home: Path) -> list[Path]:
    small = [home / name for name in SMALL_FILES]
    return [
        path
        for path in (*small, *(p for folder in FOLDERS for p in sorted((home / folder).glob("[!.]*"))))
        if path.is_file()
    ]


def snapshot(database: Path) -> bytes:
    """The whole database as of one moment, while others write."""
    link = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5, isolation_level=None)
    try:
        link.execute("BEGIN")
        link.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        return link.serialize()
    finally:
        link.close()


def answer(home: Path, asked: dict[str, object], about: dict[str, object]) -> bytes:
    """What the second machine needs beyond what it has: `asked` {"stamp", "chunks": [hash], "files": {path: hash}}."""
    now = stamp(home)  # before anything is read: what changes meanwhile makes the next stamp differ
    if now and now == asked.get("stamp"):
        return json.dumps({**about, "stamp": now, "same": True}).encode() + b"\n"
    # Marks of the journal before rows: marks ahead of the rows would look like a cut journal.
    small = {path.relative_to(home).as_posix(): path.read_bytes() for path in _files(home)}
    database = snapshot(home / DATABASE)
    had, had_files = list(asked.get("chunks") or []), dict(asked.get("files") or {})
    hashes = chunk_hashes(database)
    new = [at for at, each in enumerate(hashes) if at >= len(had) or had[at] != each]
    parts = [database[at * CHUNK : (at + 1) * CHUNK] for at in new]
    files = {path: body for path, body in small.items() if had_files.get(path) != digest(body)}
    head = {
        **about, "stamp": now, "same": False, "size": len(database),
        "chunks": [[at, hashes[at], len(part)] for at, part in zip(new, parts, strict=True)],
        "files": [[path, digest(body), len(body)] for path, body in files.items()],
        "gone": sorted(set(had_files) - set(small)),
    }  # fmt: skip
    return b"".join([json.dumps(head).encode(), b"\n", *parts, *files.values()])


@dataclass
class Copy:
    """The second machine's copy in `folder`. Error of the constructor: OSError."""

    folder: Path
    chunks: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    stamp: str = ""

    def __post_init__(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        (self.folder / "files").mkdir(mode=0o700, exist_ok=True)
        if self._ready.exists():
            self._lay(self._ready.read_bytes())
        self.chunks = chunk_hashes(self.database.read_bytes()) if self.database.exists() else []
        self.files = {
            path.relative_to(self.folder / "files").as_posix(): digest(path.read_bytes())
            for path in (self.folder / "files").rglob("*")
            if path.is_file()
        }

    @property
    def database(self) -> Path:
        return self.folder / _COPY

    @property
    def _ready(self) -> Path:
        return self.folder / _READY

    def asked(self) -> dict[str, object]:
        return {"stamp": self.stamp, "chunks": self.chunks, "files": self.files}

    def take(self, body: bytes) -> dict[str, object]:
        """Check the answer, put it down whole, lay it over the copy; returns its head. Error: Unreadable "pair.answer"."""
        head, _parts = _split(body)
        if head.get("same"):
            self.stamp = str(head["stamp"])
            return head
        part = self.folder / _PART
        with part.open("wb") as out:
            out.write(body)
            out.flush()
            os.fsync(out.fileno())
        part.replace(self._ready)
        self._lay(body)
        count = -(-int(str(head["size"])) // CHUNK)
        self.chunks = [*self.chunks[:count], *[""] * (count - len(self.chunks))]
        for at, each, _length in head["chunks"]:
            self.chunks[at] = each
        for path in head["gone"]:
            self.files.pop(path, None)
        self.files.update({path: each for path, each, _length in head["files"]})
        self.stamp = str(head["stamp"])
        return head

    def _lay(self, body: bytes) -> None:
        head, parts = _split(body)
        with os.fdopen(os.open(self.database, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as out:
            for at, _hash, _length in head["chunks"]:
                out.seek(at * CHUNK)
                out.write(next(parts))
            out.truncate(int(str(head["size"])))
            out.flush()
            os.fsync(out.fileno())
        for path, _hash, _length in head["files"]:
            place = self.folder / "files" / path
            place.parent.mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                out.write(next(parts))
        for path in head["gone"]:
            (self.folder / "files" / path).unlink(missing_ok=True)
        self._ready.unlink()


def _split(body: bytes) -> tuple[dict, Iterator[bytes]]:
    """(head, the parts in order), every part checked against its hash and every path against those we know."""
    line, _, rest = body.partition(b"\n")
    try:
        head = json.loads(line)
        listed = [] if head.get("same") else [*head["chunks"], *head["files"]]
        paths = [] if head.get("same") else [*(each[0] for each in head["files"]), *head["gone"]]
        parts, at = [], 0
        for _name, wanted, length in listed:
            parts.append(rest[at : at + length])
            at += length
            if digest(parts[-1]) != wanted:
                raise Unreadable("pair.answer")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable("pair.answer") from error
    if at != len(rest) or not all(_is_ours(path) for path in paths):
        raise Unreadable("pair.answer")
    return head, iter(parts)


def _is_ours(path: str) -> bool:
    folder, slash, name = path.partition("/")
    is_plain = bool(slash and name) and "/" not in name and not name.startswith(".")
    return path in SMALL_FILES or (is_plain and folder in FOLDERS)
