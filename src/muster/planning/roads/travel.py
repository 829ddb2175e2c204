"""Road times as the planner wants them: the median of a journey, its spread as before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.planning.arrays import Bools, Floats
from muster.planning.arrival import Trip
from muster.planning.roads.network import Network


@dataclass(frozen=True, slots=True, eq=False)
class RoadTravel:
    """Minutes along the roads that are open: closed (3, E) by mode. `spread`: sigma of log minutes, as by distance."""

    network: Network
    closed: Bools
    spread: float = 0.3
    least_minutes: float = 1.0

    def travel(self, lon: Floats, lat: Floats, to_lon: float, to_lat: float) -> Trip:
        minutes = self.network.best_times(lon, lat, (to_lon, to_lat), self.closed)
        return Trip(np.maximum(minutes, self.least_minutes), np.full(len(minutes), self.spread))
