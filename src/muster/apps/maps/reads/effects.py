"""Who and what is cut off: people without a way to any muster point, points, sites and landings without a way to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from muster.access.rights import Actor
from muster.apps.maps import places
from muster.apps.maps.places import Place
from muster.apps.maps.reads.closures import closures_at
from muster.apps.maps.reads.roads import Roads, roads_at
from muster.apps.people.models import Member
from muster.apps.people.reads import MemberArrays, member_arrays, visible_members
from muster.planning.roads.graph import CAR
from muster.planning.roads.network import Network

Floats = NDArray[np.float64]
LIMITS = (30.0, 60.0)
NAMED = 200  # people named on a page; the rest is counted


@dataclass(frozen=True, slots=True)
class PointRow:
    """A muster point: how many can reach it at all, and how many within 30 and 60 minutes of road; `before` without
    closures. `cut_off`: nobody can, who could before."""

    place: Place
    reach: int
    within: tuple[int, ...]
    before: tuple[int, ...]
    cut_off: bool


@dataclass(frozen=True, slots=True)
class Effects:
    """`by_road` False: there is no network, closures change no time. `cut_off` people lost their last way by a closure;
    `never` have none even on open roads (home unknown or far from every road)."""

    by_road: bool
    points: tuple[PointRow, ...] = ()
    sites: tuple[Place, ...] = ()
    landings: tuple[str, ...] = ()
    cut_off: int = 0
    never: int = 0
    people: tuple[Member, ...] = ()


def effects_at(at: datetime, actor: Actor) -> Effects:
    """What the closures of this moment do. Counts are of the whole roster, names of whom the actor may see."""
    roads = roads_at(at)
    points = places.places("point")
    if roads.network is None:
        return Effects(by_road=False)
    arrays, open_roads = member_arrays(at), roads.open()
    now = [_minutes(roads, arrays, place) for place in points]
    before = [_minutes(open_roads, arrays, place) for place in points]
    lost, never = _lost(now, before, len(arrays))
    return Effects(
        by_road=True,
        points=tuple(_row(*each) for each in zip(points, now, before, strict=True)),
        sites=tuple(_cut_off_sites(roads, roads.network, points)),
        landings=tuple(_cut_off_landings(roads, roads.network, points)),
        cut_off=int(lost.sum()),
        never=int(never.sum()),
        people=tuple(_named(actor, arrays.ids[lost])),
    )


def cut_off_points(at: datetime, letters: set[str]) -> list[Place]:
    """Those of these muster points that no member reaches now but could on open roads; costs nothing without closures."""
    if not closures_at(at).exists():
        return []
    roads = roads_at(at)
    arrays, open_roads = member_arrays(at), roads.open()
    points = [point for point in places.places("point") if point.key in letters]
    rows = [_row(p, _minutes(roads, arrays, p), _minutes(open_roads, arrays, p)) for p in points]
    return [row.place for row in rows if row.cut_off]


def _minutes(roads: Roads, arrays: MemberArrays, place: Place) -> Floats:
    return roads.travel(arrays.lon, arrays.lat, place.lon, place.lat).minutes


def _lost(now: list[Floats], before: list[Floats], count: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(cut off by closures, without a way on open roads too), each (N,)."""
    if not now:
        return np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    has, had = np.isfinite(now).any(axis=0), np.isfinite(before).any(axis=0)
    return had & ~has, ~had


def _row(place: Place, now: Floats, before: Floats) -> PointRow:
    reach = int(np.isfinite(now).sum())
    within, earlier = (tuple(int((minutes <= limit).sum()) for limit in LIMITS) for minutes in (now, before))
    return PointRow(place, reach, within, earlier, cut_off=reach == 0 and bool(np.isfinite(before).any()))


def _cut_off_sites(roads: Roads, network: Network, points: list[Place]) -> list[Place]:
    sites = places.places("site")
    lon, lat = np.array([site.lon for site in sites]), np.array([site.lat for site in sites])
    lost = _unreached(roads, network, points, network.snap(CAR, lon, lat).node)
    return [site for site, gone in zip(sites, lost, strict=True) if gone]


def _cut_off_landings(roads: Roads, network: Network, points: list[Place]) -> list[str]:
    graph = network.graph
    lost = _unreached(roads, network, points, graph.landing.astype(np.int64))
    return [str(graph.names[name]) for name, gone in zip(graph.landing_name, lost, strict=True) if gone]


def _unreached(roads: Roads, network: Network, points: list[Place], nodes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which nodes no car reaches from any muster point although it could on open roads."""
    if not len(nodes) or not points or roads.closed is None:
        return np.zeros(len(nodes), np.bool_)
    lon, lat = np.array([point.lon for point in points]), np.array([point.lat for point in points])
    start = network.snap(CAR, lon, lat).node
    start, known = start[start >= 0], nodes >= 0
    lost = np.zeros(len(nodes), np.bool_)
    if len(start) and known.any():
        now, before = (network.minutes_to(CAR, nodes[known], shut)[:, start] for shut in (roads.closed[CAR], None))
        lost[known] = np.isfinite(before).any(axis=1) & ~np.isfinite(now).any(axis=1)
    return lost


def _named(actor: Actor, ids: NDArray[np.int64]) -> QuerySet[Member]:
    found = visible_members(actor).filter(pk__in=ids.tolist()).select_related("unit", "home_unit")
    return found.order_by("home_unit__path", "number").only("number", "name", "unit", "home_unit", "is_lead")[:NAMED]
