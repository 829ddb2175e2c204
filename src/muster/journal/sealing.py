"""Private parts of entries: AES-GCM under a key per person, itself wrapped under the site's field key."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping

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


def _person_key(person: str) -> bytes | None:
    """The person's key, made at first use; None once destroyed."""
    made = PersonKey(person=person, wrapped=_box(_site_key(), os.urandom(32)))
    row, _ = PersonKey.objects.get_or_create(person=person, defaults={"wrapped": made.wrapped})
    return _open(_site_key(), row.wrapped) if row.wrapped else None


def seal(person: str, private: Mapping[str, object]) -> str:
    """Encrypt `private` for `person`. Raises InvalidInput without a person or after erasure."""
    key = _person_key(person) if person else None
    if key is None:
        raise InvalidInput("journal.no_person_key", person=person)
    return _box(key, json.dumps(dict(private), ensure_ascii=False, sort_keys=True).encode())


def unseal(person: str, sealed: str) -> dict[str, object] | None:
    """The private part, or None after the person's key was destroyed."""
    key = _person_key(person)
    return None if key is None else json.loads(_open(key, sealed))
