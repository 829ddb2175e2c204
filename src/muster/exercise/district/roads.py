"""The roads of the demonstration district as a network: named roads, lanes between villages, farm lanes to every home.

The district's stream parts it in two; only the bridges of `map.yaml` cross it. Everything comes out of the ground's
layers and its seed, so the same ground has the same roads.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry import LineString, shape

from muster.exercise.data import read
from muster.exercise.district.fabric import farm_lanes
from muster.exercise.district.ground import Ground, lane_water, make_ground, outline, to_globe, to_plane
from muster.planning.roads.build import Ways, build_graph
from muster.planning.roads.closures import Cut, closed_edges, shape_of_road
from muster.planning.roads.graph import CAR, RoadGraph
from muster.planning.roads.network import Network

SOURCE = "invented for the demonstration district"
CLASSES = ("main", "street", "lane", "farm lane")
# km/h by car, truck, on foot. Together they give the mean speed of the district's people over their journeys.
KMH = {"main": (34, 28, 4.8), "street": (31, 25, 4.8), "lane": (28, 22, 4.8), "farm lane": (25, 0, 4.8)}
SMALLEST_KM = 0.4  # shorter heaps of lanes that lead nowhere are left out
TRUCK_T = {"bridge": 20.0}
NAMELESS = ""


@dataclass(frozen=True, slots=True)
class _Line:
    """A piece of road in the plane."""

    shape: LineString
    kind: str
    name: str = NAMELESS
    bridge: bool = False


def _named(ground: Ground) -> list[_Line]:
    found = []
    for feature in ground.layers["roads"]["features"]:
        words = feature["properties"]
        line = LineString([to_plane(*point) for point in shape(feature["geometry"]).coords])
        found.append(_Line(line, words["kind"], words.get("zh", NAMELESS), bool(words.get("bridge"))))
    return found


def _knotted(lines: list[_Line]) -> list[_Line]:
    """The lines cut where they meet, each piece with the words of the line it lies on; islands of lanes left out."""
    shapes = np.array([line.shape for line in lines])
    pieces = shapely.get_parts(shapely.node(shapely.multilinestrings(list(shapes))))
    middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    source = shapely.STRtree(shapes).nearest(middles)
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(pieces, at)) for at in (0, -1)])
    places, numbered = np.unique(np.round(ends, 6), axis=0, return_inverse=True)
    first, last = numbered.reshape(2, -1)
    main = _largest(len(places), first, last)
    return [
        _Line(piece, lines[on].kind, lines[on].name, lines[on].bridge)
        for piece, on, at in zip(pieces, source.tolist(), first.tolist(), strict=True)
        if main[at]
    ]


def _largest(count: int, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """(count,) whether a knot belongs to the largest connected part."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    links = coo_array((np.ones(len(first)), (first, last)), shape=(count, count))
    _, part = connected_components(links, directed=False)
    chosen: np.ndarray = part == np.bincount(part).argmax()
    return chosen


def make_roads(ground: Ground, seed: int) -> RoadGraph:
    """The network of the ground of `seed`."""
    chart = read("map")
    area = outline(chart)
    farm = [_Line(lane, "farm lane") for lane in farm_lanes(area, lane_water(chart), seed)]
    lines = _knotted([*_named(ground), *farm])
    points = np.concatenate([shapely.get_coordinates(line.shape) for line in lines])
    ptr = np.cumsum([0, *(shapely.get_num_coordinates(line.shape) for line in lines)])
    places, refs = np.unique(np.round(points, 6), axis=0, return_inverse=True)
    globe = np.array([to_globe(x, y) for x, y in places])
    ferry = next(p for p in read("district")["muster_points"] if p["zh"].endswith("渡口"))
    names = [NAMELESS, *sorted({line.name for line in lines} - {NAMELESS}), ferry["zh"]]
    count = len(lines)
    return build_graph(Ways(
        lon=globe[:, 0], lat=globe[:, 1], ptr=ptr.astype(np.int64), refs=refs.reshape(-1).astype(np.int64),
        kmh=np.array([KMH[line.kind] for line in lines], float), oneway=np.zeros(count, np.int8),
        road=np.array([CLASSES.index(line.kind) for line in lines], np.uint8),
        name=np.array([names.index(line.name) for line in lines], np.int64),
        bridge=np.array([line.bridge for line in lines], np.bool_),
        weight_t=np.array([TRUCK_T["bridge"] if line.bridge else math.inf for line in lines]),
        height_m=np.full(count, math.inf), barrier=np.zeros(len(places), np.bool_),
        landings=np.array([[ferry["lon"], ferry["lat"]]]), landing_names=np.array([len(names) - 1], np.int64),
        classes=CLASSES, names=names,
    ))  # fmt: skip


@functools.lru_cache(maxsize=2)
def _measuring(seed: int) -> Network:
    """The roads of the district of `seed` with one speed for all: its minutes are kilometres."""
    graph = make_roads(make_ground(seed), seed)
    return Network(replace(graph, kmh=np.where(graph.kmh > 0, 60, 0).astype(np.float32)))


def road_km(
    seed: int, lon: Sequence[float], lat: Sequence[float], to: tuple[float, float], closed: Sequence[str] = ()
) -> list[float]:
    """Kilometres by the shortest roads from each place to one point, the pieces beside the roads straight; not over the
    bridges named in `closed`, +inf where no way is left."""
    network = _measuring(seed)
    cuts = [Cut(shape_of_road(network, name, only_bridge=True), road=name) for name in closed]
    shut = closed_edges(network, cuts)[CAR] if cuts else None
    start = network.snap(CAR, np.array(lon), np.array(lat))
    end = network.snap(CAR, np.array([to[0]]), np.array([to[1]]))
    roads = network.minutes_to(CAR, end.node, shut)[0][start.node]
    return [float(km) for km in roads + (start.metres + end.metres[0]) / 1000]
