"""The folder of a relay: its keys, its file, and the inbox for signed files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from muster.core.errors import Unreadable

FILE = "relay.json"
INBOX = "inbox"
SUFFIX = ".relay"


@dataclass(frozen=True, slots=True)
class RelayKeys:
    """`own` signs what the relay says, `core` is the core's public key; 32 bytes in hex each. `language`: zh | en."""

    own: str
    core: str
    language: str = "zh"


def load(folder: Path) -> RelayKeys:
    """Keys of the relay in `folder`. Error: Unreadable "relay.no_keys"."""
    try:
        found = json.loads((folder / FILE).read_text(encoding="ascii"))
        keys = RelayKeys(own=found["own"], core=found["core"], language=found.get("language", "zh"))
        if len(bytes.fromhex(keys.own)) != 32 or len(bytes.fromhex(keys.core)) != 32:
            raise ValueError(FILE)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unreadable("relay.no_keys", path=str(folder)) from error
    return keys


def to_text(keys: RelayKeys) -> str:
    """What stands in the file."""
    return json.dumps({"own": keys.own, "core": keys.core, "language": keys.language}) + "\n"
