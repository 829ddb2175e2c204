"""What closures cost people on their way: minutes more to their quickest muster point, or no way at all."""

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
FELT_MINUTES = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Delays:
    """more (N,): minutes that all closures together add to each person's way, +inf where no way is left that there was on
    open roads. closures: those whose end alone would help somebody; all where only several ends together would."""

    more: Floats
    closures: tuple[Closure, ...]


def delays_at(at: datetime, lon: Floats, lat: Floats, points: Sequence[tuple[float, float]]) -> Delays | None:
    """What the closures of `at` cost those who start at lon, lat (N,) and go to the quickest of `points` (lon, lat).

    None where they cost nobody anything; one query where no road is closed."""
    closures = tuple(closures_at(at))
    if not closures or not points or not len(lon):
        return None
    roads = roads_at(at)
    if roads.network is None:
        return None
    now = _quickest(roads, lon, lat, points)
    more = _more(now, _quickest(roads.open(), lon, lat, points))
    if not (more >= FELT_MINUTES).any():
        return None
    helps = [one for one in closures if _helps(now, _quickest(roads_without(at, one), lon, lat, points))]
    return Delays(more, tuple(helps) or closures)


def _quickest(roads: Roads, lon: Floats, lat: Floats, points: Sequence[tuple[float, float]]) -> Floats:
    return np.min([roads.travel(lon, lat, *point).minutes for point in points], axis=0)


def _more(now: Floats, before: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(before), now - before, 0.0)


def _helps(now: Floats, without: Floats) -> bool:
    return bool((_more(now, without) >= FELT_MINUTES).any())
