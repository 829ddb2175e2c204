"""The hash of an entry: SHA-256 over the canonical JSON of everything in it and the hash before it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muster.journal.models import Entry

START = "0" * 64


def entry_hash(stream: str, entry: Entry) -> str:
    """64 hex digits; any change of any field changes it."""
    fields = [
        stream,
        entry.seq,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.person,
        entry.payload,
        entry.sealed,
        entry.prev_hash,
    ]
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
