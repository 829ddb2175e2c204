"""The data folder (MUSTER_HOME): database, secrets, lock, journal heads. Made at first use, for its owner only."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

SECRETS_FILE = "secrets.json"


@dataclass(frozen=True, slots=True)
class Secrets:
    """Keys made at first start; each is 32 random bytes in hex. Losing `field_key` loses every sealed field."""

    django_key: str
    field_key: str
    index_key: str
    journal_key: str
    gateway_key: str


def home_path() -> Path:
    """The data folder named by MUSTER_HOME, `./var` by default, absolute."""
    return Path(os.environ.get("MUSTER_HOME", "var")).resolve()


def load_secrets(home: Path) -> Secrets:
    """Read the secrets of `home`, making folder and file (0600) when absent."""
    path = home / SECRETS_FILE
    if not path.exists():
        _make_secrets(home, path)
    return Secrets(**json.loads(path.read_text(encoding="ascii")))


def _make_secrets(home: Path, path: Path) -> None:
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = Secrets(**{field.name: secrets.token_hex(32) for field in fields(Secrets)})
    scratch = path.with_suffix(f".{os.getpid()}")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        json.dump(asdict(made), out)
    try:
        os.link(scratch, path)  # fails when another process made it first: then theirs counts
    except FileExistsError:
        return
    finally:
        scratch.unlink()
