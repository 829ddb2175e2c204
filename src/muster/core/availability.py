"""Whether somebody may be called at a moment, by what he has said of his week. Beijing wall-clock times throughout."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from muster.core.recurrence import Recurrence
from muster.core.units import to_beijing

DAY_MINUTES = 24 * 60
AVAILABLE, OFF, DELAYED = "available", "off", "delayed"


@dataclass(frozen=True, slots=True)
class Span:
    """On the days of `days`, from minute `start` to minute `end` of the day; an end not after the start lies on the next day.

    state: available | off | delayed; minutes: how much longer than usual he needs to set out, for delayed; reason: why.
    """

    days: Recurrence
    start: int
    end: int
    state: str
    minutes: int = 0
    reason: str = ""

    @property
    def length(self) -> int:
        """Minutes it lasts, 1 to 1440."""
        return (self.end - self.start - 1) % DAY_MINUTES + 1

    def covers(self, day: date, minute: int) -> bool:
        """Whether minute `minute` of that Beijing day lies in one of its turns, today's or yesterday's."""
        if self.start <= minute < self.start + self.length and self.days.falls_on(day):
            return True
        late = minute + DAY_MINUTES
        return self.start <= late < self.start + self.length and self.days.falls_on(day - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Standing:
    """What counts at a moment: available (at once, or with `minutes` more to set out) or off."""

    state: str = AVAILABLE
    minutes: int = 0
    reason: str = ""


ALWAYS = Standing()
_STRENGTH = {AVAILABLE: 0, DELAYED: 1, OFF: 2}


def standing(spans: Iterable[Span], day: date, minute: int) -> Standing:
    """What the spans say of that minute. Who says nothing is available.

    What is said of a single day goes before what comes back every week: "next Tuesday I can" is a word about next
    Tuesday. Of two words of the same kind the more careful one counts: off, then the longer delay.
    """
    said = [span for span in spans if span.covers(day, minute)]
    once = [span for span in said if span.days.kind == "once"]
    if not said:
        return ALWAYS
    found = max(once or said, key=lambda span: (_STRENGTH[span.state], span.minutes))
    return Standing(found.state, found.minutes if found.state == DELAYED else 0, found.reason)


def standing_at(spans: Iterable[Span], at: datetime) -> Standing:
    """The same for a moment in UTC."""
    local = to_beijing(at)
    return standing(spans, local.date(), local.hour * 60 + local.minute)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of one Beijing day, minutes 0 to 1440, with one standing."""

    start: int
    end: int
    standing: Standing

    @property
    def length(self) -> int:
        """Minutes it lasts."""
        return self.end - self.start


def day_picture(spans: Iterable[Span], day: date) -> list[Piece]:
    """The day from midnight to midnight, in as few pieces as there are changes."""
    spans = list(spans)
    edges = {0, DAY_MINUTES}
    for span in spans:
        edges |= {span.start, (span.start + span.length) % DAY_MINUTES}
    marks = sorted(edges)
    pieces: list[Piece] = []
    for start, end in pairwise(marks):
        now = standing(spans, day, start)
        if pieces and pieces[-1].standing == now:
            pieces[-1] = Piece(pieces[-1].start, end, now)
        else:
            pieces.append(Piece(start, end, now))
    return pieces
