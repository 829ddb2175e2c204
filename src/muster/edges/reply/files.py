"""The relay's side of signed files: page files in, answer files out. Works while the relay runs.

`relay.files` remembers the last answer that stands in a file: what has been written once is not written again by itself.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from muster.codecs.relay import MOST_ANSWERS, Pull, Push, pack, unpack
from muster.core.errors import MusterError, Unreadable
from muster.edges.reply.inbox import read_message
from muster.edges.reply.keys import INBOX, SUFFIX, load
from muster.edges.reply.store import read_answers, write_whole

WRITTEN = "relay.files"


def take_pages(folder: Path, files: Path) -> tuple[int, list[tuple[str, MusterError]]]:
    """Put the good page files into the inbox; returns how many, and what was wrong with the others."""
    keys = load(folder)
    if not files.is_dir():
        raise Unreadable("file.missing", path=str(files))
    (folder / INBOX).mkdir(mode=0o700, exist_ok=True)
    taken, bad = 0, []
    for path in sorted(files.glob(f"pages-*{SUFFIX}")):
        try:
            message = read_message(path)
            unpack("push", message, keys.core, Push)
        except MusterError as error:
            bad.append((path.name, error))
            continue
        write_whole(folder / INBOX / path.name, message)
        taken += 1
    return taken, bad


def write_answers(folder: Path, files: Path, since: int, at: datetime) -> list[tuple[str, int]]:
    """Write answers after the last written one (or from `since` on) into numbered files; returns (name, answers) each."""
    keys = load(folder)
    epoch, last_seq, answers = read_answers(folder)
    files.mkdir(parents=True, exist_ok=True)
    start = since - 1 if since > 0 else _written(folder, epoch)
    fresh = [one for one in answers if one.seq > start]
    found = []
    for place in range(0, len(fresh), MOST_ANSWERS):
        part = tuple(fresh[place : place + MOST_ANSWERS])
        body = Pull(turn=0, at=at, epoch=epoch, last_seq=last_seq, pages=0, answers=part)
        name = f"answers-{epoch[:8]}-{part[0].seq:08d}-{part[-1].seq:08d}{SUFFIX}"
        write_whole(files / name, pack("pull", body, keys.own))
        found.append((name, len(part)))
    if fresh:
        mark = {"epoch": epoch, "seq": max(fresh[-1].seq, _written(folder, epoch))}
        write_whole(folder / WRITTEN, json.dumps(mark).encode())
    return found


def _written(folder: Path, epoch: str) -> int:
    try:
        found = json.loads((folder / WRITTEN).read_text(encoding="ascii"))
        return int(found["seq"]) if found["epoch"] == epoch else 0
    except (OSError, ValueError, KeyError, TypeError):
        return 0
