"""How long people need to the muster points that a plan or a callout names, and who may be called at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from muster.apps.maps.reads import Roads
from muster.apps.people.reads import MemberArrays

UNKNOWN_HOME_MINUTES, UNKNOWN_HOME_SPREAD = 40.0, 0.6  # nobody knows where he starts: taken as far out


class Place(Protocol):
    """Anything with a position in degrees, WGS-84."""

    @property
    def lon(self) -> float: ...

    @property
    def lat(self) -> float: ...


def usable_of(arrays: MemberArrays) -> np.ndarray:
    """Who may be called at all: not away, and the consent to be called not taken back."""
    return ~arrays.away & ~arrays.withdrawn


def quickest(roads: Roads, arrays: MemberArrays, points: Sequence[Place]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(road minutes, log spread, index of the point) to each member's quickest point; +inf minutes without a way."""
    count = len(arrays.ids)
    if not points:
        return np.full(count, np.inf), np.full(count, 0.3), np.zeros(count, np.int64)
    each = [roads.travel(arrays.lon, arrays.lat, point.lon, point.lat) for point in points]
    homeless = ~np.isfinite(arrays.lon)
    minutes = np.where(homeless, UNKNOWN_HOME_MINUTES, np.stack([one.minutes for one in each]))
    best, rows = minutes.argmin(axis=0), np.arange(count)
    spread = np.stack([one.sigma for one in each])[best, rows]
    return minutes[best, rows], np.where(homeless, UNKNOWN_HOME_SPREAD, spread), best
