"""Which scheduled backups are due, and which may go. Pure: moments are arguments; days are those of the office's zone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from muster.core.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Keep:
    """How many days, ISO weeks and months that have a backup keep their newest one."""

    daily: int = 7
    weekly: int = 5
    monthly: int = 12


def parse_keep(text: str) -> Keep:
    """ "7,5,12". Error: InvalidInput "keep.count_form"."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) < 5 for part in parts):
        raise InvalidInput("keep.count_form", text=text)
    return Keep(*(int(part) for part in parts))


def parse_at(text: str) -> time:
    """ "02:30". Error: InvalidInput "keep.time_form"."""
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput("keep.time_form", text=text) from error


def is_due(now: datetime, newest: datetime | None, at: time, zone: tzinfo) -> bool:
    """Whether the last moment `at` has passed without a backup since; a machine that slept through it catches up.

    A newest backup out of the future (the clock was wrong) counts for nothing."""
    if newest is None or newest > now:
        return True
    local = now.astimezone(zone)
    last = datetime.combine(local.date(), at, zone)
    if last > local:
        last -= timedelta(days=1)
    return newest < last


def to_delete(made: Iterable[datetime], keep: Keep, zone: tzinfo) -> list[datetime]:
    """Those that no rule keeps, oldest first. The newest of all always stays."""
    newest_first = sorted(made, reverse=True)
    buckets: Sequence[tuple[int, Callable[[datetime], object]]] = (
        (keep.daily, lambda at: at.date()),
        (keep.weekly, lambda at: at.isocalendar()[:2]),
        (keep.monthly, lambda at: (at.year, at.month)),
    )
    kept = set(newest_first[:1])
    for count, bucket in buckets:
        seen: set[object] = set()
        for at in newest_first:
            here = bucket(at.astimezone(zone))
            if here not in seen and len(seen) < count:
                seen.add(here)
                kept.add(at)
    return sorted(at for at in newest_first if at not in kept)
