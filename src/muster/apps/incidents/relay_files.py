"""The office's side of signed files, where a one-way gate stands between it and its relay."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from muster.apps.channels.actions import next_relay_turn
from muster.apps.channels.models import RelayLink
from muster.apps.channels.relay_reads import relay_link
from muster.apps.incidents.relay_pages import Changes
from muster.apps.incidents.relaying import real_now, take_answers
from muster.codecs.relay import MOST_MESSAGE_BYTES, Pull, Push, pack, unpack
from muster.core.errors import MusterError, NotFound, Unreadable
from muster.edges.reply.keys import SUFFIX
from muster.edges.reply.store import write_whole
from muster.jobs.clock import now

CLOCK_ODD = timedelta(minutes=5)


@dataclass(slots=True)
class Imported:
    """What came of a folder of answer files. `clock_ahead_seconds`: the relay's clock before ours, at least; else 0."""

    files: int = 0
    taken: int = 0
    double: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)  # file -> code
    missing: list[list[int]] = field(default_factory=list)
    clock_ahead_seconds: int = 0

    def as_json(self) -> dict[str, object]:
        return {
            "files": self.files,
            "taken": self.taken,
            "double": self.double,
            "refused": self.refused,
            "damaged": self.damaged,
            "missing": self.missing,
            "clock_ahead_seconds": self.clock_ahead_seconds,
        }

    def lines(self) -> list[str]:
        """The same for a terminal."""
        found = [f"{self.files} files: {self.taken} answers taken, {self.double} known already."]
        found += [f"{number} answers refused: {code}." for code, number in sorted(self.refused.items())]
        found += [f"{name} refused: {code}. Fetch it again." for name, code in sorted(self.damaged.items())]
        found += [
            f"Answers {first} to {last} are missing; at the relay: muster relay answers FOLDER FILES --since {first}"
            for first, last in self.missing
        ]
        if self.clock_ahead_seconds:
            found.append(f"The relay's clock is at least {self.clock_ahead_seconds} s ahead of this one.")
        return found


def _link() -> RelayLink:
    link = relay_link()
    if link is None:
        raise NotFound("relay.no_link")
    return link


def export(files: Path) -> tuple[Path, int]:
    """Write all pages into `files`; returns the file and how many. Error: NotFound "relay.no_link"."""
    link = _link()
    files.mkdir(parents=True, exist_ok=True)
    pages = tuple(Changes().take())
    turn = next_relay_turn(int(time.time() * 1000))
    push = Push(turn=turn, at=now(), epoch=link.epoch, ack=_safe_ack(link), full=True, pages=pages)
    path = files / f"pages-{turn:016d}{SUFFIX}"
    write_whole(path, pack("push", push, link.own_key))
    return path, len(pages)


def _safe_ack(link: RelayLink) -> int:
    """Only what came without a gap is acknowledged: the relay keeps the rest for another file."""
    return link.missing[0][0] - 1 if link.missing else link.taken_seq


def import_files(files: Path) -> Imported:
    """Take every answer file of the folder, in the order of their numbers; the files stay where they are."""
    link, done = _link(), Imported()
    for path in sorted(files.glob(f"answers-*{SUFFIX}")):
        done.files += 1
        try:
            pull = unpack("pull", _read(path), link.relay_key, Pull)
        except MusterError as error:
            done.damaged[path.name] = error.code
            continue
        ahead = pull.at - real_now()
        if ahead > CLOCK_ODD:
            done.clock_ahead_seconds = max(done.clock_ahead_seconds, int(ahead.total_seconds()))
        one = take_answers(pull, pull.at if ahead > CLOCK_ODD else None)
        done.taken, done.double = done.taken + one.taken, done.double + one.double
        for code, number in one.refused.items():
            done.refused[code] = done.refused.get(code, 0) + number
    done.missing = [list(part) for part in _link().missing]
    return done


def _read(path: Path) -> bytes:
    if path.stat().st_size > MOST_MESSAGE_BYTES:
        raise Unreadable("relay.form")
    return path.read_bytes()
