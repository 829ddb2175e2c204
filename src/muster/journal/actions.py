"""Appending to the journal. Called from inside other actions' transactions, so act and entry stand or fall together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from muster.core.errors import InvalidInput
from muster.journal import chain, heads, sealing
from muster.journal.models import Entry, PersonKey, Stream


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
    `private` is sealed under `person`'s key. The head file is written after commit.

    Errors: "journal.payload", "journal.no_person_key"."""
    Stream.objects.get_or_create(name=stream)
    head = Stream.objects.select_for_update().get(name=stream)
    entry = Entry(
        stream=head,
        seq=head.count + 1,
        at=at,
        actor=actor,
        action=action,
        person=person,
        payload=chain.canonical(payload or {}),
        sealed=sealing.seal(_key_of(person), private) if private else "",
        prev_hash=head.head,
    )
    entry.hash = chain.entry_hash(stream, entry)
    entry.save(force_insert=True)
    head.count, head.head = entry.seq, entry.hash
    head.save(update_fields=["count", "head"])
    transaction.on_commit(lambda: heads.note(stream, entry.seq, entry.hash))
    return entry


def _key_of(person: str) -> PersonKey:
    if not person:
        raise InvalidInput("journal.no_person_key", person=person)
    row, _ = PersonKey.objects.get_or_create(person=person, defaults={"wrapped": sealing.new_wrapped_key()})
    return row


@transaction.atomic
def destroy_person_key(person: str, *, actor: str, at: datetime) -> None:
    """Erase a person's private journal parts by destroying the key; entries and chain stay. The caller checks rights.

    A second call changes nothing. Copies of the key in old backups are the keeper's duty."""
    row, _ = PersonKey.objects.select_for_update().get_or_create(person=person)
    if row.destroyed_at is not None:
        return
    row.wrapped, row.destroyed_at = "", at
    row.save(update_fields=["wrapped", "destroyed_at"])
    append("people", "person.key_destroyed", actor=actor, at=at, person=person)
