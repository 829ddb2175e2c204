"""Closures: shapes that shut the roads they touch, for all modes or some."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from muster.core.errors import InvalidInput
from muster.core.geo import is_on_globe
from muster.planning.arrays import Bools, Floats, Ints
from muster.planning.roads.graph import MODES
from muster.planning.roads.network import Network

MOST_CORNERS = 500
Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """One closure in force. shape: (lon, lat) WGS-84; modes: names out of MODES; road: shut only what bears this name
    (a bridge, without the road below it), "" for everything the shape touches."""

    shape: BaseGeometry
    modes: tuple[str, ...] = MODES
    road: str = ""


def line_of(points: Points) -> BaseGeometry:
    """A drawn line. Errors: InvalidInput "maps.too_few_points", "maps.too_many_points", "maps.off_globe"."""
    return shapely.linestrings(_checked(points, 2))


def area_of(points: Points) -> BaseGeometry:
    """A drawn area; the last point need not repeat the first. Errors: those of line_of, "maps.crosses_itself"."""
    ring = list(points[:-1] if len(points) > 1 and points[0] == points[-1] else points)
    shape = shapely.polygons(_checked(ring, 3))
    if not shape.is_valid or shape.area == 0:
        raise InvalidInput("maps.crosses_itself")
    return shape


def _checked(points: Points, least: int) -> Floats:
    if len(set(points)) < least:
        raise InvalidInput("maps.too_few_points", least=least)
    if len(points) > MOST_CORNERS:
        raise InvalidInput("maps.too_many_points", most=MOST_CORNERS)
    if not all(is_on_globe(lon, lat) for lon, lat in points):
        raise InvalidInput("maps.off_globe")
    return np.array(points, dtype=np.float64)


def touched(network: Network, cut: Cut) -> Ints:
    """Segments that the closure shuts, in order."""
    return _touched(network, [cut])[0]


def _touched(network: Network, cuts: Sequence[Cut]) -> list[Ints]:
    graph = network.graph
    which, segments = network.segments.query([cut.shape for cut in cuts], predicate="intersects")
    found = []
    for number, cut in enumerate(cuts):
        mine = np.sort(segments[which == number])
        if cut.road:
            mine = mine[graph.names[graph.name[graph.way[mine]]] == cut.road]
        found.append(mine)
    return found


def closed_edges(network: Network, cuts: Sequence[Cut]) -> Bools:
    """(3, E) by mode: edges that at least one closure shuts."""
    shut = np.zeros((len(MODES), len(network.graph.metres)), np.bool_)
    if cuts:
        for cut, segments in zip(cuts, _touched(network, cuts), strict=True):
            for mode in cut.modes:
                shut[MODES.index(mode), segments] = True
    return shut[:, network.graph.segment]


def roads_of(network: Network, segments: Ints) -> list[tuple[str, float]]:
    """(name, metres) of the roads these segments belong to, the longest first; "" stands for roads without a name."""
    graph = network.graph
    names = graph.name[graph.way[segments]]
    metres = np.bincount(names, weights=graph.metres[segments], minlength=1)
    order = np.argsort(-metres, kind="stable")
    return [(str(graph.names[i]), float(metres[i])) for i in order if metres[i] > 0]


def named_roads(network: Network) -> dict[str, bool]:
    """Name -> whether it is (also) a bridge, of every road that has one."""
    graph = network.graph
    bridges = set(graph.name[graph.bridge].tolist())
    return {str(graph.names[i]): i in bridges for i in np.unique(graph.name).tolist() if i}


def shape_of_road(network: Network, name: str, *, only_bridge: bool) -> BaseGeometry | None:
    """The line of the road of this name, or of its bridges alone; None where there is none."""
    graph = network.graph
    ways = graph.names[graph.name] == name
    if only_bridge:
        ways &= graph.bridge
    segments = np.flatnonzero(ways[graph.way])
    if not len(segments):
        return None
    return shapely.line_merge(shapely.union_all(network.segments.geometries[segments]))
