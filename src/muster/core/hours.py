"""Hours of duty and rest, from turns of duty alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

Turn = tuple[datetime, datetime | None]  # None: still on duty


@dataclass(frozen=True, slots=True)
class Hours:
    """`on_duty`: worked since the last full rest; `since`: when that began; `over`: more than allowed."""

    on_duty: timedelta
    since: datetime
    over: bool


def judge(turns: Iterable[Turn], now: datetime, duty_hours: int, rest_hours: int) -> Hours | None:
    """What somebody has behind him at `now`; None for who never was on duty or has had his rest since.

    Turns may overlap and come in any order; a break shorter than `rest_hours` is no rest, and what was worked before it
    still counts."""
    rest = timedelta(hours=rest_hours)
    worked, since, until = timedelta(0), None, None
    for start, end in sorted((start, end or now) for start, end in turns if start <= now):
        stop = min(end, now)
        if since is None or until is None or start - until >= rest:
            worked, since, until = stop - start, start, stop
        elif stop > until:
            worked += stop - max(start, until)
            until = stop
    if since is None or until is None or now - until >= rest:
        return None
    return Hours(worked, since, worked > timedelta(hours=duty_hours))
