"""What past callouts showed: one row per alert."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.core.units import PARTS_OF_DAY
from muster.planning.arrays import Bools, Floats, Ints
from muster.planning.problem import InvalidProblem

NO_REPLY, ACCEPTED, DECLINED = 0, 1, 2
PARTS = len(PARTS_OF_DAY)
_PER_ALERT = (
    "callout",
    "part",
    "member",
    "unit",
    "channel",
    "delivered",
    "reply",
    "reply_minutes",
    "arrived_minutes",
)


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """One row per alert sent; arrays (A,). Indices count from 0; callouts are numbered in the order of time.

    part is an index into core.units.PARTS_OF_DAY; reply is NO_REPLY, ACCEPTED or DECLINED; reply_minutes and
    arrived_minutes count from the alert, NaN where there was none; an acceptance without arrival is a no-show.
    unit_town (U,) gives the town of each unit. road_minutes (A,), where known (else NaN or None), is the usual time
    of the way.
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
    road_minutes: Floats | None = None

    def __post_init__(self) -> None:
        size = len(self.callout)
        for name in (*_PER_ALERT, "road_minutes"):
            values = getattr(self, name)
            if values is not None and values.shape != (size,):
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
        rows = {name: getattr(self, name)[keep] for name in _PER_ALERT}
        road = None if self.road_minutes is None else self.road_minutes[keep]
        return History(
            **rows, unit_town=self.unit_town, members=self.members, channels=self.channels, road_minutes=road
        )
