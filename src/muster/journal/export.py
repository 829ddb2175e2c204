"""An export that proves itself: chosen entries whole, those between them as bare links, heads and a signature.

The signature covers the manifest, which names the hash of all lines, so that no line can be changed, left out or moved.
Entries that were not asked for appear by their place and hash only: the chain can be followed and nothing else is told.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db.models import Count, Max, Min, QuerySet

from muster.core.errors import InvalidInput
from muster.journal import export_check
from muster.journal.models import Entry, Stream

MOST_LINES = 50_000


def _key() -> Ed25519PrivateKey:
    """Derived from the journal's key, so that backups carry it and no further secret has to be kept."""
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"muster journal export ed25519 1")
    return Ed25519PrivateKey.from_private_bytes(derive.derive(bytes.fromhex(settings.SECRETS.journal_key)))


def public_key() -> str:
    """64 hex digits that a reader of exports notes once from the journal page."""
    return _key().public_key().public_bytes_raw().hex()


def _segments(chosen: QuerySet[Entry]) -> list[dict[str, object]]:
    """Per stream: first and last number asked for, the hash before, that of the last, and the head as it is now."""
    found = chosen.order_by().values("stream").annotate(first=Min("seq"), last=Max("seq"), entries=Count("pk"))
    streams = Stream.objects.in_bulk([row["stream"] for row in found])
    segments = []
    for row in sorted(found, key=lambda row: streams[row["stream"]].name):
        stream = streams[row["stream"]]
        ends = dict(Entry.objects.filter(stream=stream, seq=row["last"]).values_list("seq", "hash"))
        before = Entry.objects.filter(stream=stream, seq=row["first"]).values_list("prev_hash", flat=True)[0]
        segments.append({
            "stream": stream.name, "first": row["first"], "last": row["last"], "entries": row["entries"],
            "before": before, "last_hash": ends[row["last"]], "head_count": stream.count, "head_hash": stream.head,
        })  # fmt: skip
    return segments


def _line(entry: Entry, stream: str, *, whole: bool) -> dict[str, object]:
    link = {"stream": stream, "seq": entry.seq, "prev_hash": entry.prev_hash, "hash": entry.hash}
    if not whole:
        return link
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    names = ("actor", "action", "person", "payload", "sealed")
    return {**link, "at": at, **{name: getattr(entry, name) for name in names}}


def _lines(segments: Iterable[Mapping[str, object]], chosen: set[int]) -> Iterator[dict[str, object]]:
    for each in segments:
        rows = Entry.objects.filter(stream__name=each["stream"], seq__gte=each["first"], seq__lte=each["last"])
        for entry in rows.order_by("seq").iterator(chunk_size=2000):
            yield _line(entry, str(each["stream"]), whole=entry.pk in chosen)


def make_export(chosen: QuerySet[Entry], *, asked: Mapping[str, object], by: str, at: datetime) -> tuple[bytes, int]:
    """(ZIP, number of entries told whole). `asked` are the filters as they stand in the manifest.

    Errors: "journal.export_empty", "journal.export_large" (with the chain between, more than 50,000 lines)."""
    segments = _segments(chosen)
    size = sum(int(str(each["last"])) - int(str(each["first"])) + 1 for each in segments)
    if not segments:
        raise InvalidInput("journal.export_empty")
    if size > MOST_LINES:
        raise InvalidInput("journal.export_large", most=MOST_LINES, found=size)
    whole = set(chosen.order_by().values_list("pk", flat=True))
    body = "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in _lines(segments, whole))
    manifest = {
        "format": "muster journal export 1", "made_at": at.astimezone(UTC).isoformat(), "made_by": by,
        "asked": dict(asked), "streams": segments, "lines": size, "entries": len(whole),
        "entries_sha256": hashlib.sha256(body.encode()).hexdigest(), "public_key": public_key(),
    }  # fmt: skip
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, indent=1).encode()
    parts = {
        export_check.ENTRIES: body.encode(), export_check.MANIFEST: text,
        export_check.SIGNATURE: _key().sign(text).hex().encode() + b"\n",
        "verify.py": Path(export_check.__file__).read_bytes(),
    }  # fmt: skip
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in parts.items():
            box.writestr(name, content)
    return packed.getvalue(), len(whole)
