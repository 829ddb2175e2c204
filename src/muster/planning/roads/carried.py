"""Which pieces of road carry whom on the quickest way to a point."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from muster.planning.arrays import Bools, Floats, Indices, Ints
from muster.planning.roads.graph import CAR
from muster.planning.roads.network import Network


@dataclass(frozen=True, slots=True, eq=False)
class Carrier:
    """A bridge, or a piece of road between two junctions: its segments, the people (places asked for, ascending) whose
    quickest way by car leads over it, its name ("" for none) and its middle in degrees WGS-84."""

    segments: Ints
    people: Ints
    bridge: bool
    name: str
    lon: float
    lat: float


def carriers(
    network: Network, lon: Floats, lat: Floats, to: tuple[float, float], closed: Bools, people: Ints
) -> list[Carrier]:
    """Bridges and pieces of road on the ways of the homes lon, lat (N,) to one point; `people` (N,) are their places.

    Pieces that carry the very same people are one loss, so only one of them is given: a bridge rather than a road, the
    longest of several. closed: (3, E) by mode."""
    start = network.snap(CAR, lon, lat)
    end = network.snap(CAR, np.array([to[0]]), np.array([to[1]]))
    if end.node[0] < 0:
        return []
    onward = _onward(network, network.minutes_to(CAR, end.node, closed[CAR])[0], closed[CAR])
    carried: dict[int, list[int]] = {}
    for place, node in zip(people.tolist(), start.node.tolist(), strict=True):
        for segment in _way(network, onward, node, int(end.node[0])):
            carried.setdefault(segment, []).append(place)
    return _distinct(network, carried)


def _onward(network: Network, minutes: Floats, closed: Bools) -> Indices:
    """(N,) the edge that a node's quickest way leaves by, -1 where there is none."""
    graph = network.graph
    kmh = graph.kmh[:, CAR].astype(np.float64)
    open_edges = np.flatnonzero((kmh > 0) & ~closed & np.isfinite(minutes[graph.head]))
    metres = graph.metres[graph.segment[open_edges]].astype(np.float64)
    total = np.maximum(metres * 0.06 / kmh[open_edges], 1e-6) + minutes[graph.head[open_edges]]
    tail = graph.tail()[open_edges]
    order = np.lexsort((open_edges, total, tail))
    nodes, first = np.unique(tail[order], return_index=True)
    onward = np.full(len(graph.lon), -1, np.intp)
    onward[nodes] = open_edges[order][first]
    return onward


def _way(network: Network, onward: Indices, node: int, end: int) -> list[int]:
    graph, way, most = network.graph, list[int](), len(network.graph.lon)
    while node not in (end, -1) and len(way) < most:
        edge = int(onward[node])
        if edge < 0:
            return []
        way.append(int(graph.segment[edge]))
        node = int(graph.head[edge])
    return list(dict.fromkeys(way))


def _distinct(network: Network, carried: dict[int, list[int]]) -> list[Carrier]:
    """Segments of one bridge are one piece; of the pieces that carry the same people one is kept."""
    graph = network.graph
    pieces: dict[tuple[int, int], tuple[set[int], set[int]]] = {}
    for segment, people in carried.items():
        way = int(graph.way[segment])
        key = (way, -1) if graph.bridge[way] else (way, segment)
        segments, whom = pieces.setdefault(key, (set(), set()))
        segments.add(segment)
        whom.update(people)
    best: dict[tuple[int, ...], Carrier] = {}
    for segments, whom in pieces.values():
        piece = _carrier(network, np.array(sorted(segments)), tuple(sorted(whom)))
        rival = best.get(tuple(piece.people.tolist()))
        if rival is None or _rank(network, piece) > _rank(network, rival):
            best[tuple(piece.people.tolist())] = piece
    return sorted(best.values(), key=lambda one: (-len(one.people), one.segments.tolist()))


def _carrier(network: Network, segments: Ints, people: tuple[int, ...]) -> Carrier:
    graph = network.graph
    way = int(graph.way[segments[0]])
    ends = graph.ends[segments]
    return Carrier(
        segments=segments,
        people=np.array(people, np.int64),
        bridge=bool(graph.bridge[way]),
        name=str(graph.names[graph.name[way]]),
        lon=float(graph.lon[ends].mean()),
        lat=float(graph.lat[ends].mean()),
    )


def _rank(network: Network, piece: Carrier) -> tuple[bool, bool, float]:
    return piece.bridge, bool(piece.name), float(network.graph.metres[piece.segments].sum())


def shut(network: Network, closed: Bools, segments: Ints) -> Bools:
    """(3, E) the closed edges with these segments closed for everybody as well."""
    gone = np.isin(network.graph.segment, segments)
    return np.asarray(closed | gone[None, :])
