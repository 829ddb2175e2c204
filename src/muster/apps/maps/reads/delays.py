"""What closures cost people on their way: minutes more to their quickest muster point, or no way at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from muster.apps.maps.models import Closure
from muster.apps.maps.reads.closures import closures_at
from muster.apps.maps.reads.kept import Kept
from muster.apps.maps.reads.roads import Current, Roads, current_network, homes_key, roads_with, told

Floats = NDArray[np.float64]
Cost = tuple[Floats, tuple[int, ...]]  # minutes more of each person; which closures' end alone would help
FELT_MINUTES = 1.0
MOST_COSTS = 64  # callouts by states of the closures

_costs: Kept[tuple[str, ...], Cost] = Kept(MOST_COSTS)


@dataclass(frozen=True, slots=True, eq=False)
class Delays:
    """more (N,): minutes that all closures together add to each person's way, +inf where no way is left that there was on
    open roads. closures: those whose end alone would help somebody; all where only several ends together would."""

    more: Floats
    closures: tuple[Closure, ...]


def delays_at(at: datetime, lon: Floats, lat: Floats, points: Sequence[tuple[float, float]]) -> Delays | None:
    """What the closures of `at` cost those who start at lon, lat (N,) and go to the quickest of `points` (lon, lat).

    None where they cost nobody anything. One query where no road is closed, two where some are; the same question again
    costs no search: with N closures each would be N + 2 of them."""
    closures = tuple(closures_at(at))
    if not closures or not points or not len(lon):
        return None
    current = current_network()
    if current is None or current.network is None:
        return None
    shut = "\n".join(told(row) for row in closures)  # in order: `helps` are places in it
    asked = (current.row.hash, shut, homes_key(lon, lat), repr([tuple(map(float, point)) for point in points]))
    more, helps = _costs.get(asked, lambda: _cost(current, closures, lon, lat, points))
    if not (more >= FELT_MINUTES).any():
        return None
    return Delays(more, tuple(closures[place] for place in helps) or closures)


def _cost(
    current: Current, closures: Sequence[Closure], lon: Floats, lat: Floats, points: Sequence[tuple[float, float]]
) -> Cost:
    roads = roads_with(current, closures)
    now = _quickest(roads, lon, lat, points)
    more = _more(now, _quickest(roads.open(), lon, lat, points))
    more.setflags(write=False)
    if not (more >= FELT_MINUTES).any():
        return more, ()
    kept = [(*closures[:place], *closures[place + 1 :]) for place in range(len(closures))]
    times = (_quickest(roads_with(current, others), lon, lat, points) for others in kept)
    return more, tuple(place for place, without in enumerate(times) if _helps(now, without))


def _quickest(roads: Roads, lon: Floats, lat: Floats, points: Sequence[tuple[float, float]]) -> Floats:
    return np.min([roads.travel(lon, lat, *point).minutes for point in points], axis=0)


def _more(now: Floats, before: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.where(np.isfinite(before), now - before, 0.0)


def _helps(now: Floats, without: Floats) -> bool:
    return bool((_more(now, without) >= FELT_MINUTES).any())
