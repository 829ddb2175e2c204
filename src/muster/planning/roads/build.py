"""From ways (lines of nodes with what is allowed on them) to the graph. Vectorised: no loop over nodes or edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from muster.core.errors import InvalidInput
from muster.core.geo import distances_km
from muster.planning.arrays import Bools, Floats, Ints
from muster.planning.roads.graph import FOOT, MODES, Nodes, RoadGraph

LONGEST_M = 60.0  # longer pieces are divided: who lives beside a long straight road finds a node near him


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """W ways over N nodes. Way w runs over nodes refs[ptr[w]:ptr[w + 1]].

    lon, lat     (N,) degrees WGS-84
    kmh          (W, 3) speed by mode (car, truck, foot); 0 where the mode may not go
    oneway       (W,) 1 along the line only, -1 against it only, 0 both; binds vehicles, never people on foot
    road, name   (W,) index into `classes` and `names`; names[0] is ""
    barrier      (N,) no vehicle passes this node
    landings     (L, 2) lon, lat of places where boats land; `landing_names` (L,) index into `names`
    """

    lon: Floats
    lat: Floats
    ptr: Ints
    refs: Ints
    kmh: Floats
    oneway: NDArray[np.int8]
    road: NDArray[np.uint8]
    name: Ints
    bridge: Bools
    weight_t: Floats
    height_m: Floats
    barrier: Bools
    landings: Floats
    landing_names: Ints
    classes: Sequence[str]
    names: Sequence[str]


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """Segments before they are numbered: node a, node b, way, length; vehicles may pass or not."""

    lon: Floats
    lat: Floats
    a: Ints
    b: Ints
    way: Ints
    metres: Floats
    open: Bools


def build_graph(ways: Ways) -> RoadGraph:
    """The graph of these ways. InvalidInput "maps.no_roads" when there is not one piece of road."""
    pieces = _divided(_pieces(ways))
    if not len(pieces.a):
        raise InvalidInput("maps.no_roads")
    forward, backward = _speeds(ways, pieces, against=False), _speeds(ways, pieces, against=True)
    tail, head, segment, kmh = _edges(pieces, forward, backward)
    if not len(tail):
        raise InvalidInput("maps.no_roads")
    order = np.lexsort((head, tail))
    counts = np.bincount(tail, minlength=len(pieces.lon))
    ends = np.column_stack([pieces.a, pieces.b]).astype(np.int32)
    return RoadGraph(
        lon=pieces.lon, lat=pieces.lat,
        indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int32),
        head=head[order].astype(np.int32), segment=segment[order].astype(np.int32),
        ends=ends, metres=pieces.metres.astype(np.float32), way=pieces.way.astype(np.int32),
        kmh=kmh[order].astype(np.float32),
        road=ways.road, name=ways.name.astype(np.int32), bridge=ways.bridge,
        weight_t=ways.weight_t.astype(np.float32), height_m=ways.height_m.astype(np.float32),
        landing=_nearest(pieces, ways.landings), landing_name=ways.landing_names.astype(np.int32),
        classes=np.array(ways.classes, dtype=np.str_), names=np.array(ways.names, dtype=np.str_),
    )  # fmt: skip


def _pieces(ways: Ways) -> _Pieces:
    """Every pair of neighbouring nodes of every way, without pairs of one place; unused nodes are dropped."""
    count = np.diff(ways.ptr)
    way_of_ref = np.repeat(np.arange(len(count)), count)
    inside = np.flatnonzero(way_of_ref[1:] == way_of_ref[:-1])
    a, b, way = ways.refs[inside], ways.refs[inside + 1], way_of_ref[inside]
    metres = distances_km(ways.lon[a], ways.lat[a], ways.lon[b], ways.lat[b]) * 1000
    real = (a != b) & (metres > 0) & np.isfinite(metres)
    a, b, way, metres = a[real], b[real], way[real], metres[real]
    used, numbered = np.unique(np.concatenate([a, b]), return_inverse=True)
    passable = ~(ways.barrier[a] | ways.barrier[b])
    half = len(a)
    return _Pieces(ways.lon[used], ways.lat[used], numbered[:half], numbered[half:], way, metres, passable)


def _divided(pieces: _Pieces) -> _Pieces:
    """Pieces longer than LONGEST_M in equal parts, with new nodes between them."""
    parts = np.maximum(1, np.ceil(pieces.metres / LONGEST_M)).astype(np.int64)
    if not len(parts) or parts.max() == 1:
        return pieces
    source = np.repeat(np.arange(len(parts)), parts)
    step = np.arange(len(source)) - np.repeat(np.cumsum(parts) - parts, parts)
    first, last = step == 0, step == parts[source] - 1
    # The new nodes stand after the old ones, in the order of the pieces they lie on: one behind each part but the last.
    new = len(pieces.lon) + np.cumsum(~last) - 1
    a = np.where(first, pieces.a[source], np.concatenate([[0], new[:-1]]))
    b = np.where(last, pieces.b[source], new)
    share = ((step + 1) / parts[source])[~last]
    on = source[~last]
    lon = pieces.lon[pieces.a[on]] * (1 - share) + pieces.lon[pieces.b[on]] * share
    lat = pieces.lat[pieces.a[on]] * (1 - share) + pieces.lat[pieces.b[on]] * share
    return _Pieces(
        np.concatenate([pieces.lon, lon]), np.concatenate([pieces.lat, lat]), a, b,
        pieces.way[source], (pieces.metres / parts)[source], pieces.open[source],
    )  # fmt: skip


def _speeds(ways: Ways, pieces: _Pieces, *, against: bool) -> Floats:
    """(S, 3) speed of each segment in or against the direction of its way."""
    kmh: Floats = ways.kmh[pieces.way].copy()
    shut = (ways.oneway[pieces.way] == (1 if against else -1)) | ~pieces.open
    kmh[np.ix_(shut, np.arange(len(MODES)) != FOOT)] = 0.0
    return kmh


def _edges(pieces: _Pieces, forward: Floats, backward: Floats) -> tuple[Ints, Ints, Ints, Floats]:
    """(tail, head, segment, kmh) of both directions, without those that no mode may use."""
    number = np.arange(len(pieces.a))
    tail, head = np.concatenate([pieces.a, pieces.b]), np.concatenate([pieces.b, pieces.a])
    segment, kmh = np.concatenate([number, number]), np.concatenate([forward, backward])
    usable = kmh.max(axis=1) > 0
    return tail[usable], head[usable], segment[usable], kmh[usable]


def _nearest(pieces: _Pieces, spots: Floats) -> Nodes:
    """(L,) the node nearest to each spot; landings are few."""
    found = [int(distances_km(pieces.lon, pieces.lat, lon, lat).argmin()) for lon, lat in spots]
    return np.array(found, dtype=np.int32)
