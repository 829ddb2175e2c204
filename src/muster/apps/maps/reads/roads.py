"""Travel times as of a moment: over the imported network and round its closures, or by distance where there is none.

What takes time is kept per process: closed edges per state of the closures, minutes per point and homes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
import structlog
from numpy.typing import NDArray
from shapely.geometry import shape

from muster.apps.maps import store
from muster.apps.maps.models import Closure, RoadNetwork
from muster.apps.maps.reads.closures import closures_at
from muster.apps.maps.reads.kept import Kept
from muster.core.errors import Unreadable
from muster.planning.arrival import DistanceTravel, TravelTimes, Trip
from muster.planning.roads.closures import Cut, closed_edges
from muster.planning.roads.network import Network
from muster.planning.roads.travel import RoadTravel

log = structlog.get_logger(__name__)

Floats = NDArray[np.float64]
BY_DISTANCE = DistanceTravel()
MOST_TRIPS = 512  # of 5000 people each: 40 MB
MOST_CLOSED = (
    64  # states of the closures, of 100 000 edges each: 20 MB; as many as thirty closures and the planner need
)

_trips: Kept[tuple[str, ...], Trip] = Kept(MOST_TRIPS)
_closed: Kept[str, NDArray[np.bool_]] = Kept(MOST_CLOSED)


@dataclass(frozen=True, slots=True, eq=False)
class Roads:
    """`key` names everything the times rest on, "" where they are by distance; `network` None likewise.

    `closed` is (3, E) by mode."""

    key: str
    network: Network | None
    closed: NDArray[np.bool_] | None

    def travel(self, lon: Floats, lat: Floats, to_lon: float, to_lat: float) -> Trip:
        """As `TravelTimes` of the planner; kept, so that the same question costs nothing."""
        if self.network is None or self.closed is None:
            return BY_DISTANCE.travel(lon, lat, to_lon, to_lat)
        name = (self.key, homes_key(lon, lat), repr(float(to_lon)), repr(float(to_lat)))
        times: TravelTimes = RoadTravel(self.network, self.closed)
        return _trips.get(name, lambda: times.travel(lon, lat, to_lon, to_lat))

    def open(self) -> Roads:
        """The same network without any closure."""
        if self.network is None:
            return self
        return _with(self.key.partition(":")[0], self.network, ())


@dataclass(frozen=True, slots=True, eq=False)
class Current:
    """The network in use. `problem`: error code why its file can not be read, "" when it can."""

    row: RoadNetwork
    network: Network | None
    problem: str = ""


def current_network() -> Current | None:
    """The network in use with its file; None where none was imported."""
    row = RoadNetwork.objects.filter(retired_at=None).order_by("-pk").first()
    if row is None:
        return None
    try:
        return Current(row, store.load(row.hash))
    except Unreadable as error:
        log.error("maps.network", code=error.code, network=row.hash)
        return Current(row, None, error.code)


def roads_at(at: datetime) -> Roads:
    """Times over the roads that are open at `at`. A network whose file is gone counts as none: distance takes over."""
    current = current_network()
    if current is None or current.network is None:
        return Roads("", None, None)
    return roads_with(current, closures_at(at))


def roads_with(current: Current, closures: Iterable[Closure]) -> Roads:
    """Times over this network as they are with just these closures. No query but for the closures themselves."""
    if current.network is None:
        return Roads("", None, None)
    return _with(current.row.hash, current.network, tuple(told(row) for row in closures))


def homes_key(lon: Floats, lat: Floats) -> str:
    """The same text for the same places in the same order."""
    return hashlib.sha256(np.ascontiguousarray(lon).tobytes() + np.ascontiguousarray(lat).tobytes()).hexdigest()


def told(closure: Closure) -> str:
    """What a closure shuts, as text: the same text, the same edges."""
    return json.dumps([closure.geometry, sorted(closure.modes), closure.road], sort_keys=True, ensure_ascii=False)


def cut_of(text: str) -> Cut:
    geometry, modes, road = json.loads(text)
    return Cut(shape(geometry), tuple(modes), road)


def _with(name: str, network: Network, closures: tuple[str, ...]) -> Roads:
    state = hashlib.sha256("\n".join(sorted(closures)).encode()).hexdigest()[:16] if closures else "open"
    key = f"{name}:{state}"
    return Roads(key, network, _closed.get(key, lambda: closed_edges(network, [cut_of(text) for text in closures])))


def bounds_of(network: Network) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees."""
    graph = network.graph
    return float(graph.lon.min()), float(graph.lat.min()), float(graph.lon.max()), float(graph.lat.max())


def geojson_of(geometry: shapely.geometry.base.BaseGeometry) -> dict[str, object]:
    """A shape as GeoJSON with six decimals (0.1 m)."""
    return dict(shapely.geometry.mapping(shapely.set_precision(geometry, 1e-6)))
