"""What commands write: JSON for programs, lines for people. Progress stands on stderr, and only on a terminal."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from muster.core.errors import Unreadable


def write_json(target: str, body: object) -> None:
    """Write `body` to a file, or to stdout for "-"; keys in the order given, so equal input gives equal bytes."""
    text = json.dumps(body, ensure_ascii=False, indent=2) + "\n"
    if target == "-":
        sys.stdout.write(text)
    else:
        Path(target).write_text(text, encoding="utf-8")


def check_writable(*targets: str | Path | None) -> None:
    """Refuse, before any work is done, a file that could not be written after it; "-", "" and None need none.

    Unreadable "file.not_writable"."""
    for target in targets:
        if target is None or str(target) in ("", "-"):
            continue
        path = Path(target)
        if path.is_dir():
            raise Unreadable("file.not_writable", path=path, reason="it is a folder")
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            reason = "no right to write there" if path.parent.is_dir() else "there is no such folder"
            raise Unreadable("file.not_writable", path=path, reason=reason)


def on_terminal() -> bool:
    return sys.stderr.isatty()
