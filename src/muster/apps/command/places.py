"""Shapes on the ground: rings, points, and which of them lie in which. All WGS-84, (lon, lat) in degrees."""

from __future__ import annotations

import math
from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from muster.core.errors import InvalidInput
from muster.core.geo import is_on_globe
from muster.planning.roads.closures import area_of

Ring = Sequence[Sequence[float]]
METRES_PER_DEGREE = 111_195.0
CORNERS = 24


def circle(lon: float, lat: float, radius_m: float) -> list[list[float]]:
    """A ring around a point, `radius_m` metres away from it."""
    high = radius_m / METRES_PER_DEGREE
    wide = high / math.cos(math.radians(lat))
    turns = (2 * math.pi * corner / CORNERS for corner in range(CORNERS))
    return [[round(lon + wide * math.cos(turn), 6), round(lat + high * math.sin(turn), 6)] for turn in turns]


def ring_of(points: Sequence[tuple[float, float]], *, or_point: bool = False) -> list[list[float]]:
    """A drawn area as kept; with `or_point` one point passes too. Errors: those of `area_of`, "maps.off_globe"."""
    if not all(is_on_globe(lon, lat) for lon, lat in points):
        raise InvalidInput("maps.off_globe")
    if not (or_point and len(points) == 1):
        area_of(points)
    return [[float(lon), float(lat)] for lon, lat in points]


def shape_of(ring: Ring) -> BaseGeometry | None:
    """The shape of a ring, or of a single point; None for none."""
    if not ring:
        return None
    return shapely.Point(ring[0]) if len(ring) == 1 else shapely.Polygon(ring)


def touches(ring: Ring, shape: BaseGeometry | None) -> bool:
    """Whether something at `shape` is inside the ring or reaches into it. What has no place touches nothing."""
    area = shape_of(ring)
    return area is not None and shape is not None and bool(area.intersects(shape))
