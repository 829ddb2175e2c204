"""What the relay holds: sealed pages and answers not yet fetched, in memory, and in one file that is only appended to.

An answer is on the disk (fsync) before the member is thanked, and pages are before the core is told so; a restart reads
the file again. A last line that was cut short was never acknowledged to anybody and is cut off.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from muster.codecs.relay import MOST_ANSWERS, MOST_ANSWERS_OF_ONE, Push, SealedAnswer
from muster.core.errors import Conflict

LOG = "relay.log"
COMPACT_BYTES = 16 * 2**20
log = structlog.get_logger(__name__)
Line = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Held:
    """A page as it lies here; `until` is Unix seconds of the relay's clock."""

    box: str
    until: int


@dataclass(slots=True)
class Store:
    """`folder` is made for one relay; two must not write the same file (serve.py holds a lock on the folder)."""

    folder: Path
    pages: dict[str, Held] = field(default_factory=dict)
    answers: dict[int, SealedAnswer] = field(default_factory=dict)  # not yet on the core's books
    given: Counter[str] = field(default_factory=Counter)  # answers of each page since the file was last compacted
    newest: dict[str, SealedAnswer] = field(default_factory=dict)  # the last one of each page that the core has not yet
    epoch: str = ""
    last_seq: int = 0
    turn: int = 0
    _handle: int = -1
    _size: int = 0

    @property
    def path(self) -> Path:
        return self.folder / LOG

    def open(self, now_seconds: float) -> None:
        """Read the file, cut a torn end off, and write it anew without what is over."""
        for line in _lines(self.path):
            self._apply(line)
        if not self.epoch:
            self.epoch = secrets.token_hex(16)
        self.compact(now_seconds)

    def close(self) -> None:
        os.close(self._handle)

    # --- what the core sends ------------------------------------------------------------------------------------

    def push(self, push: Push, now_seconds: float) -> None:
        """Take pages and acknowledgement. Error: Conflict "relay.behind" for a push that is not newer than the last."""
        if push.turn <= self.turn:
            raise Conflict("relay.behind", turn=self.turn)
        lines: list[Line] = [{"full": True}] if push.full else []
        until = int(now_seconds)
        lines += [{"page": one.page, "box": one.box, "until": until + one.keep_seconds} for one in push.pages]
        if push.epoch == self.epoch and push.ack > self.last_seq:  # this file is older than what the core has seen
            lines.append({"epoch": secrets.token_hex(16)})
        elif push.epoch == self.epoch and any(seq <= push.ack for seq in self.answers):
            lines.append({"ack": push.ack})
        if lines:
            self._append([*lines, {"turn": push.turn}])
        self.turn = push.turn
        if self._size > COMPACT_BYTES:
            self.compact(now_seconds)

    def after(self, seq: int) -> tuple[SealedAnswer, ...]:
        """The first answers after `seq`."""
        later = sorted(number for number in self.answers if number > seq)
        return tuple(self.answers[number] for number in later[:MOST_ANSWERS])

    # --- what members do ----------------------------------------------------------------------------------------

    def page(self, key: str, now_seconds: float) -> Held | None:
        """The page under this hash, unless its time is over."""
        held = self.pages.get(key)
        return held if held is not None and held.until > now_seconds else None

    def is_full(self, key: str) -> bool:
        """Whether this page has had more answers than any member gives."""
        return self.given[key] >= MOST_ANSWERS_OF_ONE

    def answer(self, key: str, answer_id: str, box: str) -> SealedAnswer:
        """Keep an answer; when this returns it is on the disk."""
        sealed = SealedAnswer(seq=self.last_seq + 1, id=answer_id, page=key, box=box)
        self._append([{"answer": sealed.model_dump()}])
        return sealed

    # --- the file -----------------------------------------------------------------------------------------------

    def _append(self, lines: list[Line]) -> None:
        """On the disk first, then in memory: what could not be written has not happened."""
        text = _text(lines)
        try:
            if os.write(self._handle, text) < len(text):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
            os.fsync(self._handle)
        except OSError:  # take a piece back, so that the next line stands alone
            os.ftruncate(self._handle, self._size)
            raise
        self._size += len(text)
        for line in lines:
            self._apply(line)

    def _apply(self, line: Line) -> None:
        match line:
            case {"page": str(key), "box": str(box), "until": int(until)}:
                self.pages[key] = Held(box, until)
            case {"answer": dict(body)}:
                sealed = SealedAnswer.model_validate(body)
                self.answers[sealed.seq] = self.newest[sealed.page] = sealed
                self.given[sealed.page] += 1
                self.last_seq = max(self.last_seq, sealed.seq)
            case {"ack": int(seq)}:
                self.answers = {number: one for number, one in self.answers.items() if number > seq}
                self.newest = {key: one for key, one in self.newest.items() if one.seq > seq}
            case {"epoch": str(epoch)}:
                self.epoch = epoch
            case {"full": True}:
                self.pages = {}
            case {"turn": int(turn)}:
                self.turn = turn
            case {"seq": int(seq)}:
                self.last_seq = seq

    def compact(self, now_seconds: float) -> None:
        """Write what still counts into a new file and put it in the old one's place."""
        self.pages = {key: held for key, held in self.pages.items() if held.until > now_seconds}
        self.given = Counter(one.page for one in self.answers.values())
        lines: list[Line] = [{"epoch": self.epoch}, {"turn": self.turn}, {"seq": self.last_seq}]
        lines += [{"page": key, "box": held.box, "until": held.until} for key, held in self.pages.items()]
        lines += [{"answer": self.answers[seq].model_dump()} for seq in sorted(self.answers)]
        text = _text(lines)
        scratch = self.path.with_suffix(".new")
        handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        with os.fdopen(os.dup(handle), "wb") as out:
            out.write(text)
        os.fsync(handle)
        scratch.replace(self.path)
        sync_folder(self.folder)
        if self._handle >= 0:
            os.close(self._handle)
        self._handle, self._size = handle, len(text)


def _text(lines: list[Line]) -> bytes:
    return b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)


def _lines(path: Path) -> Iterator[Line]:
    """The file's lines. A damaged one in the middle costs itself and no other."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            if not raw.endswith(b"\n"):
                log.warning("relay.torn_line", line=number)
                return
            try:
                line = json.loads(raw)
            except ValueError:
                log.error("relay.damaged_line", line=number)
                continue
            if isinstance(line, dict):
                yield line


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def write_whole(path: Path, body: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    scratch = path.with_name(f".{path.name}.new")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
    scratch.replace(path)
    sync_folder(path.parent)


def read_answers(folder: Path) -> tuple[str, int, tuple[SealedAnswer, ...]]:
    """(epoch, last seq, answers not yet acknowledged) as they stand on the disk, while the relay may be running."""
    store = Store(folder)
    for line in _lines(store.path):
        store._apply(line)
    return store.epoch, store.last_seq, tuple(store.answers[seq] for seq in sorted(store.answers))
