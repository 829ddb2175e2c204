"""Appending to the journal. Called from inside other actions' transactions, so act and entry stand or fall together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from muster.journal import chain, heads, sealing
from muster.journal.models import Entry, Stream


@transaction.atomic
def append(
    stream: str,
    action: str,
    *,
    actor: str,
    at: datetime,
    payload: Mapping[str, object] | None = None,
    person: str = "",
    private: Mapping[str, object] | None = None,
) -> Entry:
    """Append one entry to `stream` (made when new). `payload` must be JSON-able and free of personal data;
    `private` is sealed under `person`'s key. The head file is written after commit."""
    Stream.objects.get_or_create(name=stream)
    head = Stream.objects.select_for_update().get(name=stream)
    entry = Entry(
        stream=head,
        seq=head.count + 1,
        at=at,
        actor=actor,
        action=action,
        person=person,
        payload=dict(payload or {}),
        sealed=sealing.seal(person, private) if private else "",
        prev_hash=head.head,
    )
    entry.hash = chain.entry_hash(stream, entry)
    entry.save(force_insert=True)
    head.count, head.head = entry.seq, entry.hash
    head.save(update_fields=["count", "head"])
    transaction.on_commit(lambda: heads.note(stream, entry.seq, entry.hash))
    return entry
