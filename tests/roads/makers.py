"""Small road networks for the tests, and a slow shortest path that shares no code with ours."""

from __future__ import annotations

import heapq
import math

import numpy as np

from muster.planning.roads.build import Ways, build_graph
from muster.planning.roads.graph import MODES
from muster.planning.roads.network import Network

LON, LAT = 113.0, 27.8
METRE_LON, METRE_LAT = 1 / (111_195.08 * math.cos(math.radians(LAT))), 1 / 111_195.08  # sphere of 6371.0088 km
CLASSES = ("main", "lane")


def at(x, y):
    """(lon, lat) of a place x metres east and y metres north of the corner."""
    return LON + x * METRE_LON, LAT + y * METRE_LAT


def way(*nodes, kmh=(30.0, 20.0, 5.0), oneway=0, name="", bridge=False, road=0, weight_t=math.inf, height_m=math.inf):
    return {
        "nodes": nodes, "kmh": kmh, "oneway": oneway, "name": name, "bridge": bridge, "road": road,
        "weight_t": weight_t, "height_m": height_m,
    }  # fmt: skip


def ways_of(places, ways, *, barriers=(), landings=()):
    """places: node name -> (x, y) in metres; ways: as `way` makes them; landings: (x, y, name)."""
    number = {name: index for index, name in enumerate(places)}
    names = ["", *sorted({w["name"] for w in ways} | {name for *_, name in landings} - {""})]
    names = list(dict.fromkeys(names))
    spots = np.array([at(*place) for place in places.values()]).reshape(-1, 2)
    return Ways(
        lon=spots[:, 0], lat=spots[:, 1],
        ptr=np.cumsum([0, *(len(w["nodes"]) for w in ways)]),
        refs=np.array([number[node] for w in ways for node in w["nodes"]], np.int64),
        kmh=np.array([w["kmh"] for w in ways], float).reshape(-1, len(MODES)),
        oneway=np.array([w["oneway"] for w in ways], np.int8),
        road=np.array([w["road"] for w in ways], np.uint8),
        name=np.array([names.index(w["name"]) for w in ways], np.int64),
        bridge=np.array([w["bridge"] for w in ways], np.bool_),
        weight_t=np.array([w["weight_t"] for w in ways], float),
        height_m=np.array([w["height_m"] for w in ways], float),
        barrier=np.array([node in barriers for node in places], np.bool_),
        landings=np.array([at(x, y) for x, y, _ in landings]).reshape(-1, 2),
        landing_names=np.array([names.index(name) for *_, name in landings], np.int64),
        classes=CLASSES, names=names,
    )  # fmt: skip


def network_of(places, ways, **more):
    return Network(build_graph(ways_of(places, ways, **more)))


def two_banks():
    """A town on two banks, joined by a west and an east bridge; a lane under the west bridge follows the water.

    Villages lie along the north bank (n0 … n4) and the south bank (s0 … s4), a kilometre apart each."""
    places = {f"n{i}": (1000 * i, 2000) for i in range(5)} | {f"s{i}": (1000 * i, 0) for i in range(5)}
    places |= {"u0": (500, 1000), "u1": (1500, 1000)}
    ways = [
        way(*(f"n{i}" for i in range(5)), name="North Road"),
        way(*(f"s{i}" for i in range(5)), name="South Road"),
        way("n1", "s1", name="West Bridge", bridge=True),
        way("n4", "s4", name="East Bridge", bridge=True),
        way("u0", "u1", name="Water Lane", road=1),
        way("u0", "s0", road=1),
    ]
    return network_of(places, ways)


def random_network(seed, nodes=60):
    """A patchy network: random chords between random places, some of them one-way, some without cars."""
    rng = np.random.default_rng(seed)
    places = {str(i): tuple(rng.uniform(0, 4000, 2)) for i in range(nodes)}
    ways = []
    for _ in range(nodes * 2):
        a, b = rng.choice(nodes, 2, replace=False)
        kmh = (float(rng.choice([0, 20, 40])), float(rng.choice([0, 15, 30])), 5.0)
        ways.append(way(str(a), str(b), kmh=kmh, oneway=int(rng.integers(-1, 2))))
    return network_of(places, ways)


def plain_minutes(graph, mode, target, closed=None):
    """Minutes from every node to `target` by a heap and dictionaries, edge by edge."""
    into = {}
    for tail in range(len(graph.lon)):
        for edge in range(int(graph.indptr[tail]), int(graph.indptr[tail + 1])):
            speed = float(graph.kmh[edge, mode])
            if speed > 0 and not (closed is not None and closed[edge]):
                minutes = float(graph.metres[graph.segment[edge]]) * 0.06 / speed
                into.setdefault(int(graph.head[edge]), []).append((tail, minutes))
    best, heap = {target: 0.0}, [(0.0, target)]
    while heap:
        minutes, node = heapq.heappop(heap)
        if minutes > best[node]:
            continue
        for before, step in into.get(node, ()):
            if minutes + step < best.get(before, math.inf):
                best[before] = minutes + step
                heapq.heappush(heap, (minutes + step, before))
    return np.array([best.get(node, math.inf) for node in range(len(graph.lon))])
