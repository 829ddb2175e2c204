"""A road network as arrays: nodes, directed edges in rows of their tail node, and the segments the edges run on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.core.errors import Unreadable
from muster.planning.arrays import Bools, Floats

MODES = ("car", "truck", "foot")
CAR, TRUCK, FOOT = range(3)

Nodes = NDArray[np.int32]
Small = NDArray[np.float32]
Words = NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class RoadGraph:
    """N nodes, E directed edges sorted by tail, S segments (pieces of road between two neighbouring nodes), W ways.

    lon, lat     (N,) degrees WGS-84
    indptr       (N + 1,) the edges of node i are indptr[i]:indptr[i + 1]
    head         (E,) node the edge leads to
    segment      (E,) segment it runs on; the two directions of a road share one
    ends         (S, 2) nodes of a segment, in the direction in which its way was drawn
    metres       (S,) length on the ground
    way          (S,) way it is a piece of
    kmh          (E, 3) speed by mode (car, truck, foot); 0: that mode may not use it
    road, name   (W,) index into `classes` and `names`
    bridge       (W,) a bridge
    weight_t     (W,) most tonnes allowed, inf where nothing is said
    height_m     (W,) most metres of height, inf where nothing is said
    landing      (L,) nodes at which boats land; `landing_name` (L,) index into `names`
    classes, names   words; names[0] is "" for what has no name
    """

    lon: Floats
    lat: Floats
    indptr: Nodes
    head: Nodes
    segment: Nodes
    ends: Nodes
    metres: Small
    way: Nodes
    kmh: Small
    road: NDArray[np.uint8]
    name: Nodes
    bridge: Bools
    weight_t: Small
    height_m: Small
    landing: Nodes
    landing_name: Nodes
    classes: Words
    names: Words

    def tail(self) -> Nodes:
        """(E,) the node each edge starts from."""
        return np.repeat(np.arange(len(self.lon), dtype=np.int32), np.diff(self.indptr))

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """What a file keeps: name -> array."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> RoadGraph:
    """The graph a file kept. Unreadable "maps.network_damaged" when arrays are missing or do not fit each other."""
    wanted = [field.name for field in fields(RoadGraph)]
    if any(name not in arrays for name in wanted):
        raise Unreadable("maps.network_damaged")
    graph = RoadGraph(**{name: arrays[name] for name in wanted})
    if not _fits(graph):
        raise Unreadable("maps.network_damaged")
    return graph


def _fits(graph: RoadGraph) -> bool:
    """Whether lengths and indices agree, so that no later look-up can leave its array."""
    nodes, edges, segments, ways = len(graph.lon), len(graph.head), len(graph.metres), len(graph.road)
    lengths = (
        len(graph.lat) == nodes,
        graph.indptr.shape == (nodes + 1,),
        graph.segment.shape == (edges,),
        graph.kmh.shape == (edges, len(MODES)),
        graph.ends.shape == (segments, 2),
        graph.way.shape == (segments,),
        all(len(each) == ways for each in (graph.name, graph.bridge, graph.weight_t, graph.height_m)),
        len(graph.landing) == len(graph.landing_name),
    )
    if not all(lengths) or nodes == 0 or edges == 0:
        return False
    return (
        int(graph.indptr[0]) == 0
        and int(graph.indptr[-1]) == edges
        and bool((np.diff(graph.indptr) >= 0).all())
        and _below(graph.head, nodes)
        and _below(graph.segment, segments)
        and _below(graph.ends, nodes)
        and _below(graph.way, ways)
        and _below(graph.road, len(graph.classes))
        and _below(graph.name, len(graph.names))
        and _below(graph.landing, nodes)
        and _below(graph.landing_name, len(graph.names))
    )


def _below(index: NDArray[Any], count: int) -> bool:
    return index.size == 0 or (int(index.min()) >= 0 and int(index.max()) < count)
