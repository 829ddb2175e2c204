"""A road network ready to be asked: nearest nodes, minutes to a point for everybody at once, cut edges.

What every question needs (trees, weights, the connected part) is made once per network and mode.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from muster.core.geo import EARTH_RADIUS_KM
from muster.planning.arrays import Bools, Floats, Indices, Ints
from muster.planning.roads.graph import CAR, FOOT, MODES, RoadGraph

FOOT_KMH = 4.8
OFF_ROAD_DETOUR = 1.35  # as for straight distances: nobody walks as the crow flies
FARTHEST_M = 15_000.0  # a home farther from every road has no way: the network does not cover it


@dataclass(frozen=True, slots=True, eq=False)
class Snap:
    """Where places meet the roads: node (N,), -1 where there is none within FARTHEST_M; metres (N,) to it."""

    node: Ints
    metres: Floats

    @property
    def minutes(self) -> Floats:
        """(N,) minutes to the road on foot; +inf where there is none."""
        return np.where(self.node >= 0, self.metres * OFF_ROAD_DETOUR / FOOT_KMH * 0.06, np.inf)


class Network:
    """Questions to one graph. Immutable; keeps what it has worked out."""

    def __init__(self, graph: RoadGraph) -> None:
        self.graph = graph
        self._mid_lat = math.radians(float(graph.lat.min() + graph.lat.max()) / 2)

    def plane(self, lon: Floats, lat: Floats) -> Floats:
        """(N, 2) metres in a plane around the network: right to 0.5 % over some 200 km, far enough for neighbours."""
        scale = math.radians(1) * EARTH_RADIUS_KM * 1000
        return np.column_stack([np.asarray(lon) * scale * math.cos(self._mid_lat), np.asarray(lat) * scale])

    @functools.cached_property
    def segments(self) -> shapely.STRtree:
        """The segments as lines, (lon, lat), to be found by place."""
        graph = self.graph
        corners = np.stack([graph.lon[graph.ends], graph.lat[graph.ends]], axis=-1)
        return shapely.STRtree(shapely.linestrings(corners))

    @functools.cached_property
    def _minutes(self) -> Floats:
        """(3, E) minutes to pass each edge; +inf where the mode may not."""
        kmh = self.graph.kmh.T.astype(np.float64)
        metres = self.graph.metres[self.graph.segment].astype(np.float64)
        with np.errstate(divide="ignore"):
            return np.maximum(np.where(kmh > 0, metres * 0.06 / kmh, np.inf), 1e-6)

    @functools.cached_property
    def _mains(self) -> list[Indices]:
        """By mode: nodes of the largest part in which one can get from everywhere to everywhere."""
        return [self._main(mode) for mode in range(len(MODES))]

    def _main(self, mode: int) -> Indices:
        graph, usable = self.graph, np.isfinite(self._minutes[mode])
        touched = np.zeros(len(graph.lon), np.bool_)
        touched[graph.head[usable]] = touched[graph.tail()[usable]] = True
        if not touched.any():
            return np.zeros(0, np.intp)
        _, part = connected_components(self._matrix(mode, ~usable), directed=True, connection="strong")
        largest = np.bincount(part[touched]).argmax()
        return np.flatnonzero(touched & (part == largest))

    @functools.cached_property
    def _trees(self) -> list[cKDTree | None]:
        spots = self.plane(self.graph.lon, self.graph.lat)
        return [cKDTree(spots[main]) if len(main) else None for main in self._mains]

    def snap(self, mode: int, lon: Floats, lat: Floats) -> Snap:
        """The nearest node from which `mode` can really go somewhere; places that are NaN have none."""
        node = np.full(len(lon), -1, np.int64)
        metres = np.full(len(lon), np.inf)
        known = np.isfinite(lon) & np.isfinite(lat)
        tree = self._trees[mode]
        if tree is None or not known.any():
            return Snap(node, metres)
        gap, found = tree.query(self.plane(lon[known], lat[known]), distance_upper_bound=FARTHEST_M)
        near = np.isfinite(gap)
        rows = np.flatnonzero(known)[near]
        node[rows] = self._mains[mode][found[near]]
        metres[rows] = gap[near]
        return Snap(node, metres)

    @functools.cached_property
    def _pairs(self) -> tuple[Indices, Indices, Indices]:
        """(edges in order of the nodes they lead to and start from, those two nodes in that order)."""
        tail = self.graph.tail()
        order = np.lexsort((tail, self.graph.head))
        return order, self.graph.head[order].astype(np.intp), tail[order].astype(np.intp)

    def _matrix(self, mode: int, closed: Bools) -> csr_array:
        """Edges turned round (row: where one arrives), so that one run gives everybody's time to a point.

        Of several roads between the same two nodes the quickest counts; scipy would add them up, and its strong
        components come out wrong where an entry stands twice."""
        order, heads, tails = self._pairs
        kept = (~closed & np.isfinite(self._minutes[mode]))[order]
        heads, tails, minutes = heads[kept], tails[kept], self._minutes[mode][order][kept]
        count = len(self.graph.lon)
        if len(heads):
            first = np.flatnonzero(np.concatenate([[True], (np.diff(heads) != 0) | (np.diff(tails) != 0)]))
            heads, tails, minutes = heads[first], tails[first], np.minimum.reduceat(minutes, first)
        rows = np.concatenate([[0], np.cumsum(np.bincount(heads, minlength=count))])
        return csr_array((minutes, tails, rows), shape=(count, count))

    def minutes_to(self, mode: int, nodes: Ints, closed: Bools | None = None) -> Floats:
        """(K, N) minutes from every node to each of K nodes; +inf where there is no way. One run per target.

        closed: (E,) edges that this mode may not use now. Method: Dijkstra with a Fibonacci heap, all from one."""
        shut = np.zeros(len(self.graph.head), np.bool_) if closed is None else closed
        found: Floats = dijkstra(self._matrix(mode, shut), directed=True, indices=nodes)
        return found

    def times(self, mode: int, lon: Floats, lat: Floats, to: tuple[float, float], closed: Bools | None) -> Floats:
        """(N,) minutes from homes to one point by `mode`, the ways to and from the road on foot; +inf for no way."""
        start = self.snap(mode, lon, lat)
        end = self.snap(mode, np.array([to[0]]), np.array([to[1]]))
        if end.node[0] < 0:
            return np.full(len(lon), np.inf)
        on_road = self.minutes_to(mode, end.node, closed)[0]
        way: Floats = np.where(start.node >= 0, on_road[start.node], np.inf)
        return way + start.minutes + float(end.minutes[0])

    def best_times(self, lon: Floats, lat: Floats, to: tuple[float, float], closed: Bools | None = None) -> Floats:
        """(N,) minutes by car, or on foot where that is quicker or the only way. closed: (3, E) by mode."""
        by_mode = [self.times(mode, lon, lat, to, None if closed is None else closed[mode]) for mode in (CAR, FOOT)]
        quicker: Floats = np.minimum(by_mode[0], by_mode[1])
        return quicker
