"""What the panel shows: bridges, gateway, places, processes of this exercise home, and what is broken of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from muster.apps.incidents.models import Callout
from muster.apps.maps.reads import closures_at, current_network
from muster.apps.people.models import Unit
from muster.apps.people.reads.places import place_name
from muster.apps.plans.models import MapLayer
from muster.core.errors import Unavailable
from muster.exercise import line
from muster.exercise.lane_process import LANES, lane_processes
from muster.jobs import beats
from muster.jobs.clock import now
from muster.planning.roads.closures import named_roads

PLACES_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Bridge:
    """`name` is that of the road network; `name_en` "" where the map gives none."""

    name: str
    name_en: str
    closed: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A village or a town and how many of its people are called."""

    path: str
    name: str
    kind: str
    called: int


@dataclass(frozen=True, slots=True)
class LaneState:
    """A process of this system; `age` seconds since its last sign of life, None where it gives none."""

    lane: str
    pid: int | None
    age: float | None


@dataclass(frozen=True, slots=True)
class Panel:
    """`mode` "" when nobody plays the outside world of this home just now."""

    bridges: tuple[Bridge, ...]
    mode: str
    cut_off: tuple[Place, ...]
    places: tuple[Place, ...]
    lanes: tuple[LaneState, ...]

    @property
    def engine(self) -> bool:
        return bool(self.mode)


def bridges() -> list[str]:
    """Names of the bridges of the road network in use."""
    current = current_network()
    if current is None or current.network is None:
        return []
    return sorted(name for name, is_bridge in named_roads(current.network).items() if is_bridge)


def bridges_in_english() -> dict[str, str]:
    """Name -> English name of the bridges of the district's own map, as far as it gives one."""
    layers = MapLayer.objects.filter(slug="roads").values_list("geojson", flat=True)
    drawn = [feature.get("properties", {}) for layer in layers for feature in layer.get("features", [])]
    return {words["zh"]: words["en"] for words in drawn if words.get("bridge") and words.get("zh") and words.get("en")}


def panel(callout: Callout) -> Panel:
    """As of now."""
    shut = set(closures_at(now()).filter(kind="bridge").values_list("road", flat=True))
    mode, broken = _outside()
    english = bridges_in_english()
    places = _places(callout)
    return Panel(
        bridges=tuple(Bridge(name, english.get(name, ""), name in shut) for name in bridges()),
        mode=mode,
        cut_off=tuple(place for place in places if place.path in broken),
        places=tuple([place for place in places if place.path not in broken][:PLACES_SHOWN]),
        lanes=_lanes(),
    )


def _outside() -> tuple[str, tuple[str, ...]]:
    try:
        told = line.ask()
    except Unavailable:
        return "", ()
    return told.mode, told.places


def _places(callout: Callout) -> list[Place]:
    """Towns, then villages, each by how many of their people are called."""
    called: Counter[str] = Counter()
    for path in callout.alerts.values_list("member__home_unit__path", flat=True):
        parts = (path or "").split("/")
        called.update("/".join(parts[:size]) for size in range(1, len(parts) + 1))
    units = Unit.objects.filter(kind__in=("town", "village"))
    found = [Place(unit.path, place_name(unit), unit.kind, called[unit.path]) for unit in units]
    return sorted(found, key=lambda place: (place.kind != "town", -place.called, place.path))


def _lanes() -> tuple[LaneState, ...]:
    running, ages = lane_processes(), beats.ages_seconds()
    return tuple(LaneState(one, running[one].pid if one in running else None, ages.get(one)) for one in LANES)
