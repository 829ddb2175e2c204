"""OpenStreetMap extracts (.osm.pbf): the roads in them, with what their tags allow and how fast one goes there.

Coordinates of OpenStreetMap are WGS-84. What tags mean: wiki.openstreetmap.org, "Key:access", "Key:oneway". Reading is
done by libosmium; here its objects become arrays, and tags become speeds (`osm_tags`).
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import osmium
from numpy.typing import NDArray

from muster.codecs.osm_tags import CLASSES, Road, is_barrier, landing_name, road_of
from muster.core.errors import InvalidInput, Unreadable

MOST_MISSING = 0.2  # of the points of all roads may lie outside the extract; more means that the file was cut short
TOLD_EVERY = 2_000

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, eq=False)
class OsmRoads:
    """W roads over N points. Road w runs over points refs[ptr[w]:ptr[w + 1]].

    lon, lat     (N,) degrees WGS-84
    kmh          (W, 3) by car, truck, on foot; 0 where that is not allowed
    oneway       (W,) 1 along the line, -1 against it, 0 both ways; binds vehicles only
    road, name   (W,) index into `classes` and `names`; names[0] is ""
    bridge       (W,) ; weight_t, height_m (W,) most tonnes and metres, inf where nothing is said
    barrier      (N,) no vehicle passes
    landings     (L, 2) lon, lat of slipways and ferry landings; landing_names (L,) index into `names`
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    ptr: NDArray[np.int64]
    refs: NDArray[np.int64]
    kmh: NDArray[np.float64]
    oneway: NDArray[np.int8]
    road: NDArray[np.uint8]
    name: NDArray[np.int64]
    bridge: NDArray[np.bool_]
    weight_t: NDArray[np.float64]
    height_m: NDArray[np.float64]
    barrier: NDArray[np.bool_]
    landings: NDArray[np.float64]
    landing_names: NDArray[np.int64]
    classes: tuple[str, ...]
    names: tuple[str, ...]


@dataclass
class _Found:
    """What has been read so far. Points are known by their number in the file until the end."""

    point: array[int] = field(default_factory=lambda: array("q"))
    lon: array[float] = field(default_factory=lambda: array("d"))
    lat: array[float] = field(default_factory=lambda: array("d"))
    ptr: array[int] = field(default_factory=lambda: array("q", [0]))
    roads: list[Road] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=lambda: {"": 0})
    barriers: set[int] = field(default_factory=set)
    landings: list[tuple[float, float, int]] = field(default_factory=list)
    wanted: int = 0

    def number_of(self, name: str) -> int:
        return self.names.setdefault(name, len(self.names))

    def take_point(self, tags: dict[str, str], number: int, lon: float, lat: float) -> None:
        if is_barrier(tags):
            self.barriers.add(number)
        name = landing_name(tags)
        if name is not None:
            self.landings.append((lon, lat, self.number_of(name)))

    def take_road(self, road: Road, points: Iterable[tuple[int, float, float]]) -> None:
        before = len(self.point)
        for number, lon, lat in points:
            self.wanted += 1
            if math.isfinite(lon):
                self.point.append(number)
                self.lon.append(lon)
                self.lat.append(lat)
        if len(self.point) - before > 1:
            self.ptr.append(len(self.point))
            self.roads.append(road)
            self.number_of(road.name)
        else:  # a road of which the extract holds one point or none leads nowhere
            for kept in (self.point, self.lon, self.lat):
                del kept[before:]


def read_roads(data: bytes, progress: Progress | None = None) -> OsmRoads:
    """The roads of an extract. progress: told the number of roads read, now and then.

    Errors: Unreadable "maps.pbf_unreadable" (no such file format, damaged), "maps.pbf_cut" (cut short); InvalidInput
    "maps.no_roads"."""
    found = _Found()
    try:
        for item in _items(data):
            _take(found, item)
            if progress is not None and item.is_way() and len(found.roads) % TOLD_EVERY == 0:
                progress(len(found.roads))
    except (RuntimeError, ValueError) as error:  # libosmium says everything with RuntimeError
        code = "maps.pbf_cut" if "truncated" in str(error) else "maps.pbf_unreadable"
        raise Unreadable(code) from error
    if found.wanted and 1 - len(found.point) / found.wanted > MOST_MISSING:
        raise Unreadable("maps.pbf_cut")
    if not found.roads:
        raise InvalidInput("maps.no_roads")
    return _as_arrays(found)


def _items(data: bytes) -> Iterable[Any]:
    """Points with tags that may matter, then ways that are roads, their points filled in."""
    source = osmium.FileProcessor(osmium.io.FileBuffer(data, "pbf"), osmium.osm.NODE | osmium.osm.WAY)
    keys = osmium.filter.KeyFilter("highway", "barrier", "leisure", "amenity")
    return source.with_locations().with_filter(keys)


def _take(found: _Found, item: Any) -> None:
    tags = {tag.k: tag.v for tag in item.tags}
    if item.is_node():
        found.take_point(tags, item.id, item.location.lon, item.location.lat)
        return
    road = road_of(tags)
    if road is not None:
        found.take_road(road, ((n.ref, *_where(n.location)) for n in item.nodes))


def _where(location: Any) -> tuple[float, float]:
    return (location.lon, location.lat) if location.valid() else (math.nan, math.nan)


def _as_arrays(found: _Found) -> OsmRoads:
    number = np.frombuffer(found.point, dtype=np.int64)
    points, first, refs = np.unique(number, return_index=True, return_inverse=True)
    roads = found.roads
    return OsmRoads(
        lon=np.frombuffer(found.lon)[first], lat=np.frombuffer(found.lat)[first],
        ptr=np.array(found.ptr, dtype=np.int64), refs=refs.astype(np.int64),
        kmh=np.array([road.kmh for road in roads], dtype=np.float64),
        oneway=np.array([road.oneway for road in roads], dtype=np.int8),
        road=np.array([CLASSES.index(road.road) for road in roads], dtype=np.uint8),
        name=np.array([found.names[road.name] for road in roads], dtype=np.int64),
        bridge=np.array([road.bridge for road in roads], dtype=np.bool_),
        weight_t=np.array([road.weight_t for road in roads]), height_m=np.array([road.height_m for road in roads]),
        barrier=np.isin(points, np.array(sorted(found.barriers), dtype=np.int64)),
        landings=np.array([place[:2] for place in found.landings], dtype=np.float64).reshape(-1, 2),
        landing_names=np.array([place[2] for place in found.landings], dtype=np.int64),
        classes=CLASSES, names=tuple(found.names),
    )  # fmt: skip
