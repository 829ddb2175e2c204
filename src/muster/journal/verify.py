"""Reads the whole journal again and says whether anything was changed, taken out, cut off or reordered.

Three witnesses must agree: the entries among themselves (each names the hash before it), the head row of the stream,
and the marks in the second file, whose key the database does not hold.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import Max

from muster.journal import chain, heads
from muster.journal.models import Entry, Stream

MAX_FAULTS = 20


@dataclass(slots=True)
class StreamReport:
    """`faults` are (code, sequence number) pairs; codes: changed, missing, doubled, unlinked, head, cut, marks, gone.

    `unmarked` counts entries newer than the last mark: a process was stopped between commit and mark."""

    stream: str
    count: int = 0
    unmarked: int = 0
    faults: list[tuple[str, int]] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.faults

    def blame(self, code: str, seq: int) -> None:
        if len(self.faults) < MAX_FAULTS:
            self.faults.append((code, seq))


def verify_all() -> Iterator[StreamReport]:
    """One report per stream that the database or the second file knows, by name."""
    marks = heads.noted()
    names = dict(Stream.objects.values_list("name", "pk"))
    for name in sorted({*names, *marks}):
        if name in names:
            yield verify_stream(name, marks.get(name, {}))
        else:
            yield StreamReport(name, faults=[("gone", max(marks[name]))])


def verify_stream(name: str, marks: dict[int, str] | None = None) -> StreamReport:
    """Check one stream entry by entry. `marks` are its lines of the second file (read from it when not given)."""
    if marks is None:
        marks = heads.noted().get(name, {})
    stream = Stream.objects.get(name=name)
    report = StreamReport(name)
    last_hash = _walk(stream, marks, report)
    if (stream.count, stream.head) != (report.count, last_hash) or _runs_past_head(stream):
        report.blame("head", stream.count)
    _check_marks(marks, report)
    return report


def _runs_past_head(stream: Stream) -> bool:
    """Entries that no head row owns. Read before the head, since appending may go on while we look."""
    highest = Entry.objects.filter(stream=stream).aggregate(seq=Max("seq"))["seq"] or 0
    return highest > Stream.objects.get(pk=stream.pk).count


def _walk(stream: Stream, marks: dict[int, str], report: StreamReport) -> str:
    """Follow the chain; returns the hash of the last entry. Entries are read in order of `seq`."""
    previous, expected = chain.START, 1
    entries = Entry.objects.filter(stream=stream, seq__lte=stream.count).order_by("seq", "pk")
    for entry in entries.iterator(chunk_size=2000):
        if entry.seq != expected:
            report.blame("missing" if entry.seq > expected else "doubled", expected)
            expected = entry.seq
        if entry.prev_hash != previous:
            report.blame("unlinked", entry.seq)
        if entry.hash != chain.entry_hash(stream.name, entry):
            report.blame("changed", entry.seq)
        if entry.seq in marks and not _fits(stream.name, entry.seq, entry.hash, marks[entry.seq]):
            report.blame("marks", entry.seq)
        previous, expected = entry.hash, expected + 1
        report.count = entry.seq
    return previous


def _fits(name: str, count: int, entry_hash: str, mark: str) -> bool:
    return hmac.compare_digest(heads.head_mac(name, count, entry_hash), mark)


def _check_marks(marks: dict[int, str], report: StreamReport) -> None:
    highest = max(marks, default=0)
    if highest > report.count:
        report.blame("cut", report.count + 1)
    if 0 in marks:
        report.blame("marks", 0)
    report.unmarked = max(0, report.count - highest)
    if report.count and not heads.head_path().exists():
        report.blame("marks", report.count)


def head_fits(stream: Stream, marks: dict[int, str]) -> bool:
    """The quick look: does the head row agree with the newest mark? Says nothing about the entries before."""
    highest = max(marks, default=0)
    if highest == 0:
        return stream.count == 0 or not marks
    return stream.count > highest or (
        stream.count == highest and _fits(stream.name, highest, stream.head, marks[highest])
    )
