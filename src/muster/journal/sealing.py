"""Private parts of entries: AES-GCM under a key per person, itself wrapped under the site's field key."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping, Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from muster.core.errors import InvalidInput
from muster.journal.models import PersonKey


def _box(key: bytes, plain: bytes) -> str:
    nonce = os.urandom(12)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, plain, None)).decode()


def _open(key: bytes, boxed: str) -> bytes:
    raw = base64.b64decode(boxed)
    return AESGCM(key).decrypt(raw[:12], raw[12:], None)


def _site_key() -> bytes:
    return bytes.fromhex(settings.SECRETS.field_key)


def new_wrapped_key() -> str:
    """A fresh 32-byte key, wrapped under the site's key."""
    return _box(_site_key(), os.urandom(32))


def seal(row: PersonKey, private: Mapping[str, object]) -> str:
    """Encrypt `private` under the person's key. Error: "journal.no_person_key" after erasure."""
    if not row.wrapped:
        raise InvalidInput("journal.no_person_key", person=row.person)
    key = _open(_site_key(), row.wrapped)
    return _box(key, json.dumps(dict(private), ensure_ascii=False, sort_keys=True).encode())


def unseal(person: str, sealed: str) -> dict[str, object] | None:
    """The private part, or None after the person's key was destroyed."""
    row = PersonKey.objects.filter(person=person).exclude(wrapped="").first()
    return None if row is None else json.loads(_open(_open(_site_key(), row.wrapped), sealed))


def unseal_all(person: str, sealed: Sequence[str]) -> list[dict[str, object] | None]:
    """The private parts of several entries of one person, with one look at his key; None for an entry without one, and
    for all of them after the key was destroyed."""
    row = PersonKey.objects.filter(person=person).exclude(wrapped="").first()
    if row is None:
        return [None] * len(sealed)
    key = _open(_site_key(), row.wrapped)
    return [json.loads(_open(key, each)) if each else None for each in sealed]
