"""Days that come back: the part of RFC 5545 that a timetable of people needs, and no more.

Understood are FREQ=DAILY and FREQ=WEEKLY with INTERVAL, BYDAY (weekly, without numbers), UNTIL (a date) and WKST=MO; the
empty text is the one day it starts on. Excepted days are the EXDATE of that standard. Everything else is refused by name
rather than half understood: somebody would not be called because of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from muster.core.errors import InvalidInput

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LONGEST_INTERVAL = 99
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Recurrence:
    """`weekdays`: 0 Monday to 6 Sunday, for weekly; `every`: days or weeks; `until` is the last possible day."""

    starts: date
    kind: str = "once"  # once | daily | weekly
    every: int = 1
    weekdays: frozenset[int] = frozenset()
    until: date | None = None
    exceptions: frozenset[date] = frozenset()

    def falls_on(self, day: date) -> bool:
        """Whether the day is one of it."""
        if day < self.starts or (self.until is not None and day > self.until) or day in self.exceptions:
            return False
        if self.kind == "once":
            return day == self.starts
        if self.kind == "daily":
            return (day - self.starts).days % self.every == 0
        # Weeks begin on Monday (WKST=MO), counted from the week of the first day: RFC 5545, 3.3.10.
        weeks = (_monday(day) - _monday(self.starts)).days // _WEEK
        return day.weekday() in self.weekdays and weeks % self.every == 0

    def between(self, first: date, last: date) -> Iterator[date]:
        """Its days from `first` to `last`, both included."""
        day = first
        while day <= last:
            if self.falls_on(day):
                yield day
            day += timedelta(days=1)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def parse(text: str, starts: date, exceptions: Iterable[date] = ()) -> Recurrence:
    """A RRULE value (with or without "RRULE:") that starts on a day. Errors: "recurrence.form", "recurrence.unknown"."""
    text = text.strip().upper().removeprefix("RRULE:")
    without = frozenset(exceptions)
    if not text:
        return Recurrence(starts, exceptions=without)
    parts = _parts(text)
    kind = parts.pop("FREQ", "").lower()
    if kind not in {"daily", "weekly"}:
        raise InvalidInput("recurrence.unknown", part="FREQ")
    every = _number(parts.pop("INTERVAL", "1"))
    until = _until(parts.pop("UNTIL", ""))
    weekdays = _weekdays(parts.pop("BYDAY", ""), kind, starts)
    if parts.pop("WKST", "MO") != "MO":
        raise InvalidInput("recurrence.unknown", part="WKST")
    if parts:
        raise InvalidInput("recurrence.unknown", part=min(parts))
    return Recurrence(starts, kind, every, weekdays, until, without)


def _parts(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for piece in text.split(";"):
        name, equals, value = piece.partition("=")
        if not (name and equals and value) or name in found:
            raise InvalidInput("recurrence.form", part=name[:20])
        found[name] = value
    return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 3 and 0 < int(text) <= LONGEST_INTERVAL):
        raise InvalidInput("recurrence.form", part="INTERVAL")
    return int(text)


def _until(text: str) -> date | None:
    if not text:
        return None
    try:
        if len(text) != len("20260714") or not (text.isascii() and text.isdigit()):
            raise InvalidInput("recurrence.form", part="UNTIL")
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError as error:
        raise InvalidInput("recurrence.form", part="UNTIL") from error


def _weekdays(text: str, kind: str, starts: date) -> frozenset[int]:
    if kind == "daily":
        if text:
            raise InvalidInput("recurrence.unknown", part="BYDAY")
        return frozenset()
    if not text:
        return frozenset({starts.weekday()})
    days = text.split(",")
    if not set(days) <= set(DAYS):
        raise InvalidInput("recurrence.form", part="BYDAY")
    return frozenset(DAYS.index(day) for day in days)


def text_of(rule: Recurrence) -> str:
    """The RRULE value that `parse` reads back; "" for a single day."""
    if rule.kind == "once":
        return ""
    parts = [f"FREQ={rule.kind.upper()}"]
    if rule.every > 1:
        parts.append(f"INTERVAL={rule.every}")
    if rule.weekdays:
        parts.append("BYDAY=" + ",".join(DAYS[day] for day in sorted(rule.weekdays)))
    if rule.until is not None:
        parts.append(f"UNTIL={rule.until:%Y%m%d}")
    return ";".join(parts)
