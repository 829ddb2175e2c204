"""What commands write: JSON for programs, lines for people. Progress stands on stderr, and only on a terminal."""

from __future__ import annotations

import json
import sys
from pathlib import Path


def write_json(target: str, body: object) -> None:
    """Write `body` to a file, or to stdout for "-"; keys in the order given, so equal input gives equal bytes."""
    text = json.dumps(body, ensure_ascii=False, indent=2) + "\n"
    if target == "-":
        sys.stdout.write(text)
    else:
        Path(target).write_text(text, encoding="utf-8")


def on_terminal() -> bool:
    return sys.stderr.isatty()
