"""What past callouts showed: one row per alert."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.planning.arrays import Bools, Floats, Ints
from muster.planning.problem import InvalidProblem

NO_REPLY, ACCEPTED, DECLINED = 0, 1, 2
PARTS = 8


def part_of_week(minute_of_day: int, weekend: bool) -> int:
    """Part 0..7: night 22-6, early 6-8, working hours 8-18, evening 18-22; +4 on Saturday and Sunday. Local time."""
    if not 0 <= minute_of_day < 1440:
        raise InvalidProblem("planning.minute_of_day", minute_of_day=minute_of_day)
    hour = minute_of_day // 60
    part = 0 if hour >= 22 or hour < 6 else 1 if hour < 8 else 2 if hour < 18 else 3
    return part + 4 * weekend


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """One row per alert sent; arrays (A,). Indices count from 0; callouts are numbered in the order of time.

    reply NO_REPLY, ACCEPTED or DECLINED; reply_minutes and arrived_minutes from the alert, NaN where there was
    none; an acceptance without arrival is a no-show. unit_town (U,) gives the town of each unit.
    """

    callout: Ints
    part: Ints
    member: Ints
    unit: Ints
    channel: Ints
    delivered: Bools
    reply: Ints
    reply_minutes: Floats
    arrived_minutes: Floats
    unit_town: Ints
    members: int
    channels: int

    def __post_init__(self) -> None:
        size = len(self.callout)
        for name in ("part", "member", "unit", "channel", "delivered", "reply", "reply_minutes", "arrived_minutes"):
            if getattr(self, name).shape != (size,):
                raise InvalidProblem("planning.array_shape", field=name, expected=size)
        bounds = {
            "callout": size + 1,
            "part": PARTS,
            "member": self.members,
            "unit": len(self.unit_town),
            "channel": self.channels,
            "reply": 3,
        }
        for name, most in bounds.items():
            values = getattr(self, name)
            if size and not (values.min() >= 0 and values.max() < most):
                raise InvalidProblem("planning.index_range", field=name, most=most - 1)

    def __len__(self) -> int:
        return len(self.callout)

    @property
    def towns(self) -> int:
        return int(self.unit_town.max(initial=-1)) + 1

    @property
    def town(self) -> Ints:
        return np.asarray(self.unit_town[self.unit], np.int64)

    def until(self, callout: int) -> History:
        """The part of the history before this callout, as a back-test needs it."""
        keep = self.callout < callout
        rows = {
            name: getattr(self, name)[keep]
            for name in self.__slots__
            if name not in ("unit_town", "members", "channels")
        }
        return History(**rows, unit_town=self.unit_town, members=self.members, channels=self.channels)
