"""Taking a road network into use, and out of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from muster.access.rights import Actor, Right, check
from muster.apps.maps import store
from muster.apps.maps.models import RoadNetwork
from muster.apps.maps.reads.roads import bounds_of
from muster.apps.maps.signals import roads_changed
from muster.apps.people.models import Member, Unit
from muster.codecs.osm import OsmRoads, read_roads
from muster.core.datum import DATUMS, to_wgs84, wgs84_to_gcj02
from muster.core.errors import Conflict, InvalidInput
from muster.core.geo import BBox
from muster.jobs import clock
from muster.journal import actions as journal
from muster.planning.roads.build import Ways, build_graph
from muster.planning.roads.graph import FOOT, RoadGraph
from muster.planning.roads.network import Network

STREAM = "maps"
MARGIN_DEGREES = 0.1  # some 10 km: an extract may be cut along the border of the district
HOMES_TRIED = 500
SHIFTED_M = 150.0  # homes lie nearer to a road than that; the other datum is some 650 m off
Spots = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ImportedRoads:
    """What came in. `shifted`: homes fit the roads much better in GCJ-02, so the file is perhaps not WGS-84."""

    network: RoadNetwork
    ways: int
    landings: int
    shifted: bool


def import_roads(
    actor: Actor, data: bytes, source: str, *, datum: str = "wgs84", progress: Callable[[int], None] | None = None
) -> ImportedRoads:
    """Take over an OpenStreetMap extract (.osm.pbf). Its coordinates are WGS-84 unless `datum` says otherwise.

    Errors: those of `read_roads` and `build_graph`; InvalidInput "geo.datum_unknown", "maps.network_elsewhere" (no unit
    and no home lies in it)."""
    check(actor, Right.EDIT_PLANS)
    if datum not in DATUMS:
        raise InvalidInput("geo.datum_unknown", datum=datum)
    roads = read_roads(data, progress)
    graph = build_graph(_ways(roads, datum))
    network = Network(graph)
    homes = located()
    _refuse_elsewhere(network, homes)
    row = keep_network(actor, graph, source)
    return ImportedRoads(row, len(roads.road), len(graph.landing), _looks_shifted(network, homes))


def _ways(roads: OsmRoads, datum: str) -> Ways:
    values = {field.name: getattr(roads, field.name) for field in dataclasses.fields(Ways)}
    if datum != "wgs84":
        values["lon"], values["lat"] = _moved(roads.lon, roads.lat, datum)
        values["landings"] = np.column_stack(_moved(roads.landings[:, 0], roads.landings[:, 1], datum))
    return Ways(**values)


def _moved(lon: Spots, lat: Spots, datum: str) -> tuple[Spots, Spots]:
    moved = np.array([to_wgs84(x, y, datum) for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]).reshape(-1, 2)
    return moved[:, 0], moved[:, 1]


def located() -> Spots:
    """(N, 2) places of units and some homes, degrees."""
    units = Unit.objects.exclude(lon=None).exclude(lat=None).values_list("lon", "lat")
    members = Member.objects.exclude(lon=None).exclude(lat=None).order_by("pk").values_list("lon", "lat")
    return np.array([*units, *members[:HOMES_TRIED]], dtype=np.float64).reshape(-1, 2)


def _refuse_elsewhere(network: Network, homes: Spots) -> None:
    box = BBox(*bounds_of(network)).grown(MARGIN_DEGREES)
    if len(homes) and not any(box.contains(lon, lat) for lon, lat in homes.tolist()):
        raise InvalidInput("maps.network_elsewhere")


def _looks_shifted(network: Network, homes: Spots) -> bool:
    """Whether homes, put into GCJ-02, lie beside roads from which they otherwise lie far away."""
    if not len(homes):
        return False
    other = np.array([wgs84_to_gcj02(lon, lat) for lon, lat in homes.tolist()])
    as_is, moved = (float(np.median(network.snap(FOOT, spots[:, 0], spots[:, 1]).metres)) for spots in (homes, other))
    return as_is > SHIFTED_M and moved < as_is / 2


def keep_network(actor: Actor, graph: RoadGraph, source: str) -> RoadNetwork:
    """Store the network and put it into use; the one before is retired and its file removed."""
    check(actor, Right.EDIT_PLANS)
    name = store.keep(graph)  # before the row: a row never names a file that is not there
    with transaction.atomic():
        retired = _retire()
        row = RoadNetwork(
            hash=name, source=source[:120], imported_at=clock.now(), imported_by=actor.ref, nodes=len(graph.lon),
            edges=len(graph.head), km=round(float(graph.metres.sum()) / 1000, 1),
        )  # fmt: skip
        row.save(force_insert=True)
        payload = {"source": row.source, "hash": name[:16], "nodes": row.nodes, "edges": row.edges}
        journal.append(STREAM, "roads.imported", actor=actor.ref, at=row.imported_at, payload=payload)
        roads_changed.send(RoadNetwork)
        transaction.on_commit(lambda: _forget_files(retired - {name}))
    return row


@transaction.atomic
def forget_roads(actor: Actor) -> None:
    """Take the network out of use: times go by distance again. Conflict "maps.no_network" when there is none."""
    check(actor, Right.EDIT_PLANS)
    retired = _retire()
    if not retired:
        raise Conflict("maps.no_network")
    journal.append(STREAM, "roads.forgotten", actor=actor.ref, at=clock.now())
    roads_changed.send(RoadNetwork)
    transaction.on_commit(lambda: _forget_files(retired))


def _retire() -> set[str]:
    """Retire what is in use; returns the hashes."""
    rows = RoadNetwork.objects.select_for_update().filter(retired_at=None)
    names = {row.hash for row in rows}
    RoadNetwork.objects.filter(retired_at=None).update(retired_at=clock.now())
    return names


def _forget_files(names: set[str]) -> None:
    for name in names:
        store.forget(name)
