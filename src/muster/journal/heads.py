"""The second file: for each stream its count and a keyed hash of its head, so that a cut tail is found.

Append-only lines `stream<TAB>count<TAB>hmac` in MUSTER_HOME/journal.heads. Compaction at start-up keeps the highest
count of each stream. A line is written after the commit it speaks of, so the file may lag behind the database by the
entries of a process killed in between, but can never be ahead of it.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

FILE = "journal.heads"
Noted = dict[str, dict[int, str]]


def head_path() -> Path:
    return Path(settings.HOME) / FILE


def head_mac(stream: str, count: int, head: str) -> str:
    """Keyed hash of a stream's state; nobody without the journal key can forge one."""
    key = bytes.fromhex(settings.SECRETS.journal_key)
    return hmac.new(key, f"{stream}\n{count}\n{head}".encode(), hashlib.sha256).hexdigest()


def note(stream: str, count: int, head: str) -> None:
    """Append the new head; one short write under a file lock."""
    line = f"{stream}\t{count}\t{head_mac(stream, count, head)}\n".encode()
    with _locked(head_path()) as handle:
        os.write(handle, line)


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file, open for appending and locked; opened again when a compaction has replaced it meanwhile."""
    while True:
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if _is_current(path, handle):
                yield handle
                return
        finally:
            os.close(handle)


def _is_current(path: Path, handle: int) -> bool:
    try:
        return os.stat(path).st_ino == os.fstat(handle).st_ino
    except FileNotFoundError:
        return False


def noted() -> Noted:
    """stream -> {count noted: its keyed hash}. A line that can not be read counts as a note that fits nothing."""
    path = head_path()
    return _parse(path.read_text(encoding="utf-8", errors="replace")) if path.exists() else {}


def _parse(text: str) -> Noted:
    found: Noted = {}
    for line in text.splitlines():
        parts = line.split("\t")
        if len(parts) != 3 or not parts[1].isdecimal():
            found.setdefault(parts[0], {})[0] = "unreadable"
            continue
        macs = found.setdefault(parts[0], {})
        count = int(parts[1])
        # Two different marks for one count mean that one of them was written over a changed past: keep the misfit.
        macs[count] = parts[2] if macs.get(count, parts[2]) == parts[2] else "contradicting"
    return found


def compact() -> None:
    """Keep one line per stream, that of its highest count; unreadable notes stay, so that they go on being found."""
    path = head_path()
    if not path.exists():
        return
    with _locked(path):
        kept = _parse(path.read_text(encoding="utf-8", errors="replace"))
        scratch = path.with_suffix(".new")
        descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            for stream, macs in kept.items():
                out.writelines(f"{stream}\t{count}\t{macs[count]}\n" for count in _worth_keeping(macs))
            out.flush()
            os.fsync(descriptor)
        scratch.replace(path)


def _worth_keeping(macs: dict[int, str]) -> list[int]:
    odd = [count for count, mac in macs.items() if mac in ("unreadable", "contradicting")]
    return sorted({*odd, max(macs)})
