"""When one person may take one more turn of duty: no two at once, and rest between stretches of work."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """A stretch is turns with less than `rest` between them, from its first start to its last end."""

    longest: timedelta = timedelta(hours=12)
    rest: timedelta = timedelta(hours=8)


Turn = tuple[datetime, datetime]


def refusal(turns: Iterable[Turn], new: Turn, limits: Limits) -> str:
    """Why the new turn can not be taken beside those already taken: "overlap", "too_long" or "no_rest"; "" when it can.

    "too_long": the turn by itself; "no_rest": with those around it the stretch would be longer than allowed.
    """
    start, end = new
    if end - start > limits.longest:
        return "too_long"
    others = sorted(turns)
    if any(left < end and start < right for left, right in others):
        return "overlap"
    first, last = start, end
    for left, right in reversed([turn for turn in others if turn[1] <= start]):
        if first - right >= limits.rest:
            break
        first = left
    for left, right in (turn for turn in others if turn[0] >= end):
        if left - last >= limits.rest:
            break
        last = right
    return "no_rest" if last - first > limits.longest else ""
