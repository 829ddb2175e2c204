"""Distances and boxes on the globe. Points are (lon, lat) in degrees, WGS-84, unless a name says otherwise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from muster.core.errors import InvalidInput

# Mean earth radius (IUGG, R1). The sphere errs by at most 0.5 % against the ellipsoid, far less than roads do.
EARTH_RADIUS_KM = 6371.0088

FloatArray = npt.NDArray[np.float64]


def distance_km(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Great-circle distance by the haversine formula, in km."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    sin_phi = math.sin((phi2 - phi1) / 2)
    sin_lambda = math.sin(math.radians(lon2 - lon1) / 2)
    h = sin_phi * sin_phi + math.cos(phi1) * math.cos(phi2) * sin_lambda * sin_lambda
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


def distances_km(lon1: npt.ArrayLike, lat1: npt.ArrayLike, lon2: npt.ArrayLike, lat2: npt.ArrayLike) -> FloatArray:
    """Great-circle distances in km; the four arguments broadcast against each other as numpy arrays do."""
    a_lon, a_lat, b_lon, b_lat = (np.radians(np.asarray(x, dtype=np.float64)) for x in (lon1, lat1, lon2, lat2))
    h = np.sin((b_lat - a_lat) / 2) ** 2 + np.cos(a_lat) * np.cos(b_lat) * np.sin((b_lon - a_lon) / 2) ** 2
    result: FloatArray = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(h)))
    return result


def is_on_globe(lon: float, lat: float) -> bool:
    """Whether the numbers are a longitude and a latitude at all."""
    return -180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0


@dataclass(frozen=True, slots=True)
class BBox:
    """A box of degrees that does not cross the date line; edges belong to it. Error: "geo.bbox"."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        edges = (self.west, self.south, self.east, self.north)
        ordered = self.west <= self.east and self.south <= self.north
        if not (
            all(map(math.isfinite, edges))
            and ordered
            and is_on_globe(self.west, self.south)
            and is_on_globe(self.east, self.north)
        ):
            raise InvalidInput("geo.bbox", edges=edges)

    def contains(self, lon: float, lat: float) -> bool:
        """Whether the point lies in the box; NaN never does."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north

    def grown(self, degrees: float) -> BBox:
        """The box with a margin on every side, cut off at the edges of the globe."""
        return BBox(
            max(-180.0, self.west - degrees),
            max(-90.0, self.south - degrees),
            min(180.0, self.east + degrees),
            min(90.0, self.north + degrees),
        )


# All of China with its seas: what a point without a known district must at least satisfy.
CHINA = BBox(73.0, 3.0, 136.0, 54.0)


def plausible(lon: float, lat: float, area: BBox) -> str:
    """Judges a point against the area it must lie in: "ok", "swapped" (it fits the other way round) or "outside"."""
    if area.contains(lon, lat):
        return "ok"
    if area.contains(lat, lon):
        return "swapped"
    return "outside"
