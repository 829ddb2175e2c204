"""Drawing closures and ending them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import transaction
from shapely.geometry.base import BaseGeometry

from muster.access.rights import Actor, Right, check
from muster.apps.maps.actions.networks import STREAM
from muster.apps.maps.models import Closure, ClosureKind
from muster.apps.maps.reads.roads import current_network, geojson_of
from muster.apps.maps.signals import roads_changed
from muster.core.datum import to_wgs84
from muster.core.errors import Conflict, InvalidInput, NotFound
from muster.core.geo import is_on_globe
from muster.jobs import clock
from muster.journal import actions as journal
from muster.planning.roads.closures import Cut, area_of, line_of, roads_of, shape_of_road, touched
from muster.planning.roads.graph import MODES
from muster.planning.roads.network import Network

ROADS_NAMED = 12
MOST_OPEN = 200


@dataclass(frozen=True, slots=True)
class ClosureInput:
    """What a person says of a closure. Either `road` (a name on the network; `only_bridge`: its bridges alone) or
    `points` in `datum`, as a line or, with `area`, as an area. `valid_from` None: from now on."""

    kind: str
    reason: str = ""
    name: str = ""
    road: str = ""
    only_bridge: bool = False
    points: Sequence[tuple[float, float]] = ()
    area: bool = False
    datum: str = "wgs84"
    modes: tuple[str, ...] = MODES
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@transaction.atomic
def draw_closure(actor: Actor, data: ClosureInput) -> Closure:
    """Draw a closure. Errors: InvalidInput "maps.closure_kind", "maps.closure_modes", "maps.closure_times",
    "maps.closure_over", "maps.road_unknown", "maps.cuts_nothing", "geo.datum_unknown", those of `line_of` and
    `area_of`; Conflict "maps.too_many_closures"."""
    check(actor, Right.CLOSE_ROADS)
    at = clock.now()
    _check_words(data)
    start = data.valid_from or at
    _check_times(start, data.valid_to, at)
    if Closure.objects.filter(ended_at=None).exclude(valid_to__lte=at).count() >= MOST_OPEN:
        raise Conflict("maps.too_many_closures", most=MOST_OPEN)
    current = current_network()
    network = current.network if current else None
    shape = _shape(data, network)
    cuts = _cuts(network, Cut(shape, data.modes, data.road))
    row = Closure(
        name=_name(data, cuts), kind=data.kind, reason=data.reason.strip()[:200], geometry=geojson_of(shape),
        road=data.road, modes=list(data.modes), cuts=cuts, valid_from=start, valid_to=data.valid_to, drawn_at=at,
        drawn_by=actor.ref, drawn_by_name=actor.name,
    )  # fmt: skip
    row.save(force_insert=True)
    _record(actor, "closure.drawn", row, at)
    roads_changed.send(Closure)
    return row


def _check_words(data: ClosureInput) -> None:
    if data.kind not in ClosureKind.values:
        raise InvalidInput("maps.closure_kind")
    if not data.modes or not set(data.modes) <= set(MODES):
        raise InvalidInput("maps.closure_modes")


def _check_times(start: datetime, end: datetime | None, at: datetime) -> None:
    if end is not None and end <= start:
        raise InvalidInput("maps.closure_times")
    if end is not None and end <= at:
        raise InvalidInput("maps.closure_over")


def _shape(data: ClosureInput, network: Network | None) -> BaseGeometry:
    if data.road:
        found = shape_of_road(network, data.road, only_bridge=data.only_bridge) if network else None
        if found is None:
            raise InvalidInput("maps.road_unknown", road=data.road)
        return found
    if not all(is_on_globe(lon, lat) for lon, lat in data.points):  # before sines of them are taken
        raise InvalidInput("maps.off_globe")
    points = [to_wgs84(lon, lat, data.datum) for lon, lat in data.points]
    return area_of(points) if data.area else line_of(points)


def _cuts(network: Network | None, cut: Cut) -> list[list[object]]:
    """[[name, metres], ...] of what it shuts; a closure beside every road would only look as if it did something."""
    if network is None:
        return []
    segments = touched(network, cut)
    if not len(segments):
        raise InvalidInput("maps.cuts_nothing")
    return [[name, round(metres)] for name, metres in roads_of(network, np.asarray(segments))[:ROADS_NAMED]]


def _name(data: ClosureInput, cuts: list[list[object]]) -> str:
    """As given, else the road it shuts most of; "" where no road has a name: pages say then what it is."""
    named = next((str(name) for name, _ in cuts if name), "")
    return (data.name.strip() or data.road or named)[:80]


@transaction.atomic
def end_closure(actor: Actor, closure: Closure) -> Closure:
    """Open the road again, or call off a closure to come. Errors: NotFound "maps.closure_unknown", Conflict
    "maps.closure_ended"."""
    check(actor, Right.CLOSE_ROADS)
    row = Closure.objects.select_for_update().filter(pk=closure.pk).first()
    if row is None:
        raise NotFound("maps.closure_unknown")
    at = clock.now()
    if row.ended_at is not None or (row.valid_to is not None and row.valid_to <= at):
        raise Conflict("maps.closure_ended")
    row.ended_at, row.ended_by_name = at, actor.name
    row.save(update_fields=["ended_at", "ended_by_name"])
    _record(actor, "closure.ended", row, at)
    roads_changed.send(Closure)
    return row


def _record(actor: Actor, word: str, row: Closure, at: datetime) -> None:
    payload = {
        "closure": row.pk, "name": row.name or row.kind, "kind": row.kind, "modes": row.modes, "geometry": row.geometry,
        "valid_from": row.valid_from.isoformat(), "valid_to": row.valid_to.isoformat() if row.valid_to else "",
    }  # fmt: skip
    journal.append(STREAM, word, actor=actor.ref, at=at, payload=payload)
