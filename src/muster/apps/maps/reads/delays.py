"""What each closure costs people on their way: minutes more to their quickest muster point, or no way at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from muster.apps.maps.models import Closure
from muster.apps.maps.reads.closures import closures_at
from muster.apps.maps.reads.roads import Roads, roads_at, roads_without

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Delay:
    """One closure in force: `more` (N,) minutes that it alone adds to each person's way, +inf where it takes the last
    one, 0 where it changes nothing."""

    closure: Closure
    more: Floats


def delays_at(at: datetime, lon: Floats, lat: Floats, points: Sequence[tuple[float, float]]) -> list[Delay]:
    """Closures in force at `at` and what each costs those who start at lon, lat (N,) and go to the quickest of `points`
    (lon, lat). Empty without a road network or without points; costs one query where no road is closed."""
    closures = list(closures_at(at))
    if not closures or not points or not len(lon):
        return []
    roads = roads_at(at)
    if roads.network is None:
        return []
    now = _quickest(roads, lon, lat, points)
    return [Delay(one, _more(now, _quickest(roads_without(at, one), lon, lat, points))) for one in closures]


def _quickest(roads: Roads, lon: Floats, lat: Floats, points: Sequence[tuple[float, float]]) -> Floats:
    return np.min([roads.travel(lon, lat, *point).minutes for point in points], axis=0)


def _more(now: Floats, without: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(without), now - without, 0.0)
