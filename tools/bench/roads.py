"""Roads: import, one run for everybody, and a closure drawn until a plan for 3,000 members is solved anew."""

from __future__ import annotations

import contextlib
import io
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from acceptance.ground import SHARED
from tools.bench.commands import run
from tools.bench.figures import Figure

from muster.codecs.osm import read_roads
from muster.exercise.district.make import make_district
from muster.exercise.district.roads import make_roads
from muster.planning.roads.build import Ways, build_graph
from muster.planning.roads.closures import Cut, closed_edges, shape_of_road
from muster.planning.roads.graph import CAR
from muster.planning.roads.network import Network
from muster.planning.roads.reach import isochrones

EXTRACT = SHARED / "data" / "liechtenstein.osm.pbf"
VADUZ = (9.5209, 47.1410)


def roads(times: int) -> Iterator[Figure]:
    """The shared extract, then the demonstration district with a bridge closed."""
    yield Figure("roads: import of Liechtenstein, command", 20, "s", tuple(_import() for _ in range(times)))
    found = read_roads(EXTRACT.read_bytes())
    network = Network(build_graph(Ways(**{name: getattr(found, name) for name in Ways.__dataclass_fields__})))
    node = network.snap(CAR, np.array([VADUZ[0]]), np.array([VADUZ[1]])).node
    yield Figure(
        "roads: one to all", 0.1, "s", tuple(_timed(lambda: network.minutes_to(CAR, node)) for _ in range(times))
    )
    areas = tuple(_timed(lambda: isochrones(network, CAR, VADUZ, None)) for _ in range(times))
    yield Figure("roads: isochrones of one point", 1, "s", areas)
    yield Figure("roads: closure to arrival times, 3,000 members", 1, "s", tuple(_closure(times)))


def _timed(work: object) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _import() -> float:
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        home = Path(folder) / "home"
        run(home, "init")
        return run(home, "map", "import-roads", str(EXTRACT))[0]


def _closure(times: int) -> Iterator[float]:
    """A bridge closed anew each time: edges cut, all members' times to four muster points."""
    district = make_district()
    network = Network(make_roads(district.ground, district.seed))
    lon, lat = (np.array([getattr(person, name) for person in district.people]) for name in ("lon", "lat"))
    points = [(113.0801, 27.8243), (113.0262, 27.8008), (113.0302, 27.7718), (113.0716, 27.8043)]
    for point in points:  # trees and weights are made at the start of a process, not at a closure
        network.best_times(lon, lat, point)
    cut = Cut(shape_of_road(network, "马家河大桥", only_bridge=True), road="马家河大桥")
    for _ in range(times):
        began = time.perf_counter()
        closed = closed_edges(network, [cut])
        for point in points:
            network.best_times(lon, lat, point, closed)
        yield time.perf_counter() - began
