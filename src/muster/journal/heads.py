"""The second file: for each stream its count and a keyed hash of its head, so that a cut tail is found.

Append-only lines `stream<TAB>count<TAB>hmac` in MUSTER_HOME/journal.heads; the last line of a stream counts.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
from pathlib import Path

from django.conf import settings

FILE = "journal.heads"


def head_path() -> Path:
    return Path(settings.HOME) / FILE


def head_mac(stream: str, count: int, head: str) -> str:
    """Keyed hash of a stream's state; nobody without the journal key can forge one."""
    key = bytes.fromhex(settings.SECRETS.journal_key)
    return hmac.new(key, f"{stream}\n{count}\n{head}".encode(), hashlib.sha256).hexdigest()


def note(stream: str, count: int, head: str) -> None:
    """Append the new head; one short write under a file lock."""
    line = f"{stream}\t{count}\t{head_mac(stream, count, head)}\n".encode()
    handle = os.open(head_path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        os.write(handle, line)
    finally:
        os.close(handle)


def noted() -> dict[str, tuple[int, str]]:
    """stream -> (highest count noted, its keyed hash)."""
    path = head_path()
    found: dict[str, tuple[int, str]] = {}
    if not path.exists():
        return found
    for line in path.read_text(encoding="utf-8").splitlines():
        stream, count, mac = line.split("\t")
        if stream not in found or int(count) > found[stream][0]:
            found[stream] = (int(count), mac)
    return found
