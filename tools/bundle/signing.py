"""The key that signs bundles: Ed25519, PEM, readable by its owner only. It belongs to the maker, never to an office."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

DEFAULT = Path(os.environ.get("XDG_CONFIG_HOME", Path.home() / ".config")) / "muster" / "bundle.key"
PUBLIC = "muster-bundle.pub"


def make(path: Path) -> bool:
    """Make the key unless it is there; whether it was made."""
    if path.exists():
        return False
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    body = Ed25519PrivateKey.generate().private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(body)
    return True


def load(path: Path) -> Ed25519PrivateKey:
    key = form.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise SystemExit(f"bundle: {path} is not an Ed25519 key")
    return key


def public_hex(path: Path) -> str:
    return load(path).public_key().public_bytes(form.Encoding.Raw, form.PublicFormat.Raw).hex()


def write_public(path: Path, to: Path) -> None:
    to.write_bytes(load(path).public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo))
