"""The hash of an entry: SHA-256 over the canonical JSON of everything in it and the hash before it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC
from typing import TYPE_CHECKING

from muster.core.errors import InvalidInput

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


def canonical(payload: Mapping[str, object]) -> dict[str, object]:
    """The payload as every database gives it back, so that its hash is the same before and after storing.

    Keys become text, tuples lists, whole floats integers (PostgreSQL's jsonb keeps numbers as decimals).
    Error: "journal.payload" for what JSON or the databases can not hold (NaN, infinity, NUL, half characters).
    """
    try:
        plain = json.loads(json.dumps(dict(payload), allow_nan=False))
        text = json.dumps(plain, ensure_ascii=False).encode("utf-8")
    except (TypeError, ValueError) as error:
        raise InvalidInput("journal.payload") from error
    if b"\\u0000" in text:
        raise InvalidInput("journal.payload")
    return {key: _settled(value) for key, value in plain.items()}


def _settled(value: object) -> object:
    if isinstance(value, dict):
        return {key: _settled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_settled(inner) for inner in value]
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)
    return value
