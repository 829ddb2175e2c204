"""What the tags of a road mean: who may use it, how fast, in which direction, up to which weight and height."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

Tags = Mapping[str, str]

# Free speeds by class in km/h, those of the car profile of OSRM (github.com/Project-OSRM/osrm-backend, profiles/car.lua),
# which were fitted to journeys; tracks, which it leaves out, are how many farms are reached.
CAR_KMH = {
    "motorway": 90, "motorway_link": 75, "trunk": 85, "trunk_link": 70, "primary": 65, "primary_link": 60,
    "secondary": 55, "secondary_link": 50, "tertiary": 40, "tertiary_link": 30, "unclassified": 25, "residential": 25,
    "living_street": 10, "service": 15, "road": 25, "track": 10,
}  # fmt: skip
FOOT_ONLY = ("pedestrian", "footway", "path", "cycleway", "bridleway", "steps")
CLASSES = (*CAR_KMH, *FOOT_ONLY)
OF_THE_LIMIT = 0.8  # share of a signed limit that is driven on average
TRUCK_SHARE = 0.8  # of the speed of a car
NO_TRUCKS = {"living_street", "track"}
NO_FEET = {"motorway", "motorway_link", "trunk", "trunk_link"}
FOOT_KMH, STEPS_KMH = 4.8, 2.4

DENIED = {
    "no",
    "private",
    "agricultural",
    "forestry",
    "agricultural;forestry",
    "military",
    "emergency",
    "bus",
    "delivery",
}
CAR_KEYS = ("motorcar", "motor_vehicle", "vehicle", "access")
TRUCK_KEYS = ("hgv", "motor_vehicle", "vehicle", "access")
FOOT_KEYS = ("foot", "access")
OPEN_BARRIERS = {"cattle_grid", "border_control", "toll_booth", "sally_port", "gate", "lift_gate", "swing_gate", "no",
                 "entrance", "kerb", "height_restrictor"}  # fmt: skip
MPH = 1.609344
_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(.*)")


@dataclass(frozen=True, slots=True)
class Road:
    """kmh by car, truck, on foot (0: not allowed); oneway 1, -1, 0; limits in tonnes and metres, inf for none."""

    road: str
    name: str
    kmh: tuple[float, float, float]
    oneway: int
    bridge: bool
    weight_t: float
    height_m: float


def road_of(tags: Tags) -> Road | None:
    """The road these tags describe; None when it is none, or nobody may use it."""
    kind = tags.get("highway", "")
    if kind not in CLASSES or tags.get("area") == "yes":
        return None
    car = 0.0 if _denied(tags, CAR_KEYS) else _car_kmh(kind, tags)
    truck = 0.0 if _denied(tags, TRUCK_KEYS) or kind in NO_TRUCKS else _car_kmh(kind, tags) * TRUCK_SHARE
    foot = _foot_kmh(kind, tags)
    if max(car, truck, foot) == 0:
        return None
    return Road(
        kind, tags.get("name", "").strip()[:80], (car, truck, foot), _oneway(kind, tags),
        tags.get("bridge", "no") != "no", _limit(tags.get("maxweight", ""), {"t": 1.0, "kg": 0.001}),
        _limit(tags.get("maxheight", ""), {"m": 1.0, "cm": 0.01}),
    )  # fmt: skip


def _denied(tags: Tags, keys: tuple[str, ...]) -> bool:
    """Whether the most special of these keys that is there says no."""
    said = next((tags[key] for key in keys if key in tags), "yes")
    return said in DENIED


def _car_kmh(kind: str, tags: Tags) -> float:
    usual = float(CAR_KMH.get(kind, 0))
    limit = speed_limit(tags.get("maxspeed", ""))
    return usual if limit is None or usual == 0 else limit * OF_THE_LIMIT


def _foot_kmh(kind: str, tags: Tags) -> float:
    allowed = "foot" in tags and tags["foot"] not in DENIED
    if _denied(tags, FOOT_KEYS) or (kind in NO_FEET and not allowed):
        return 0.0
    return STEPS_KMH if kind == "steps" else FOOT_KMH


def _oneway(kind: str, tags: Tags) -> int:
    said = tags.get("oneway", "")
    if said in {"yes", "1", "true"}:
        return 1
    if said in {"-1", "reverse"}:
        return -1
    round_about = tags.get("junction") in {"roundabout", "circular"}
    return int(said != "no" and (round_about or kind in {"motorway", "motorway_link"}))


def speed_limit(text: str) -> float | None:
    """km/h of a signed limit ("50", "30 mph"); None where there is no positive number in it."""
    match = _NUMBER.fullmatch(text)
    if match is None or float(match[1]) == 0:
        return None
    return float(match[1]) * (MPH if match[2].startswith("mph") else 1.0)


def _limit(text: str, units: Mapping[str, float]) -> float:
    """A weight or a height with or without its unit; inf where nothing sure is said."""
    match = _NUMBER.fullmatch(text)
    if match is None or float(match[1]) == 0:
        return math.inf
    return float(match[1]) * (units.get(match[2].strip(), math.inf) if match[2] else 1.0)


def is_barrier(tags: Tags) -> bool:
    """Whether a point stops vehicles: bollards and blocks do, gates and cattle grids do not, unless a tag says it."""
    if any(key in tags for key in CAR_KEYS):
        return "barrier" in tags and _denied(tags, CAR_KEYS)
    return "barrier" in tags and tags["barrier"] not in OPEN_BARRIERS


def landing_name(tags: Tags) -> str | None:
    """The name of a place where boats land ("" for one without), None for anything else."""
    lands = tags.get("leisure") == "slipway" or tags.get("amenity") == "ferry_terminal"
    return tags.get("name", "").strip()[:80] if lands else None
