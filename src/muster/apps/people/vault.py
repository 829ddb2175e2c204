"""Uploaded workbooks on disk: encrypted under the site's field key, in a folder only its owner can read."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from muster.core.errors import NotFound, Unreadable

FOLDER = "imports"
_NONCE = 12


def folder() -> Path:
    """MUSTER_HOME/imports, made when absent."""
    path = Path(settings.HOME) / FOLDER
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def _cipher() -> AESGCM:
    return AESGCM(bytes.fromhex(settings.SECRETS.field_key))


def put(name: str, data: bytes) -> None:
    """Keep `data` under `name`; replaced as a whole or not at all."""
    nonce = os.urandom(_NONCE)
    target = folder() / name
    scratch = target.with_suffix(".new")
    scratch.write_bytes(nonce + _cipher().encrypt(nonce, data, name.encode()))
    scratch.chmod(0o600)
    scratch.replace(target)


def get(name: str) -> bytes:
    """What was kept. NotFound "people.file_gone", Unreadable "people.file_damaged"."""
    try:
        raw = (folder() / name).read_bytes()
    except FileNotFoundError as error:
        raise NotFound("people.file_gone") from error
    try:
        return _cipher().decrypt(raw[:_NONCE], raw[_NONCE:], name.encode())
    except InvalidTag as error:
        raise Unreadable("people.file_damaged") from error


def drop(name: str) -> None:
    """Forget it; not being there is fine."""
    (folder() / name).unlink(missing_ok=True)
