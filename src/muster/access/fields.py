"""Sealed model fields and blind indexes for ID numbers and phones."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

VERSION = "1:"


def seal_text(plain: str) -> str:
    """AES-256-GCM under the site's field key, base64, with the key version in front; empty stays empty."""
    if not plain:
        return ""
    nonce = os.urandom(12)
    boxed = AESGCM(bytes.fromhex(settings.SECRETS.field_key)).encrypt(nonce, plain.encode(), None)
    return VERSION + base64.b64encode(nonce + boxed).decode()


def open_text(sealed: str) -> str:
    """Reverse of seal_text. Raises InvalidTag when the key is wrong or the text was changed."""
    if not sealed:
        return ""
    raw = base64.b64decode(sealed.removeprefix(VERSION))
    return AESGCM(bytes.fromhex(settings.SECRETS.field_key)).decrypt(raw[:12], raw[12:], None).decode()


def blind_index(kind: str, plain: str) -> str:
    """Keyed hash for exact look-up of a sealed value; `kind` keeps phones and ID numbers apart."""
    if not plain:
        return ""
    key = bytes.fromhex(settings.SECRETS.index_key)
    return hmac.new(key, f"{kind}:{plain}".encode(), hashlib.sha256).hexdigest()


class Sealed(str):
    """Text that `seal_text` has sealed already; the field stores it as it is. For writing many rows in one go."""

    __slots__ = ()


class SealedTextField(models.TextField):
    """Text that is encrypted in the database and plain in Python."""

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        return None if value is None else open_text(value)

    def get_prep_value(self, value: str | None) -> str | None:
        return value if value is None or isinstance(value, Sealed) else seal_text(value)
