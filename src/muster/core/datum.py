"""Map datums of China: WGS-84, GCJ-02 (AMap, Tencent) and BD-09 (Baidu).

Everything is stored in WGS-84. GCJ-02 is off by some 660 m here, so a list of points without a datum is useless.
The forward formula is the public one (Krasovsky 1940 ellipsoid, sums of sines); it has no closed inverse. The
inverse is fixed-point iteration on the forward formula: the offset changes slowly from place to place, so each pass
shrinks the error some 250 times (4 m, 14 mm, 0.05 mm). Outside China the datums are the same by definition.

All functions take and give (lon, lat) in degrees.
"""

from __future__ import annotations

import math
from typing import Literal

from muster.core.errors import InvalidInput

Datum = Literal["wgs84", "gcj02", "bd09"]
DATUMS: tuple[Datum, ...] = ("wgs84", "gcj02", "bd09")
Point = tuple[float, float]

PASSES = 3
_AXIS_M = 6378245.0  # Krasovsky 1940
_ECCENTRICITY_2 = 0.00669342162296594323
_BD_X, _BD_Y = 0.0065, 0.006
_BD_PI = math.pi * 3000.0 / 180.0


def in_scope(lon: float, lat: float) -> bool:
    """Whether the public formula shifts points here (its rectangle around China)."""
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


def _waves(value: float, *pairs: tuple[float, float]) -> float:
    return sum(amplitude * math.sin(value * factor * math.pi) for amplitude, factor in pairs) * 2.0 / 3.0


def _offset(lon: float, lat: float) -> Point:
    """How far GCJ-02 lies from WGS-84 at this WGS-84 point, in degrees."""
    x, y = lon - 105.0, lat - 35.0
    fine = _waves(x, (20.0, 6.0), (20.0, 2.0))
    root = math.sqrt(abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += fine + _waves(y, (20.0, 1.0), (40.0, 1.0 / 3.0)) + _waves(y, (160.0, 1.0 / 12.0), (320.0, 1.0 / 30.0))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += fine + _waves(x, (20.0, 1.0), (40.0, 1.0 / 3.0)) + _waves(x, (150.0, 1.0 / 12.0), (300.0, 1.0 / 30.0))
    phi = math.radians(lat)
    w = 1.0 - _ECCENTRICITY_2 * math.sin(phi) ** 2
    metres_per_degree_lat = _AXIS_M * (1.0 - _ECCENTRICITY_2) / (w * math.sqrt(w)) * math.pi / 180.0
    metres_per_degree_lon = _AXIS_M / math.sqrt(w) * math.cos(phi) * math.pi / 180.0
    return east / metres_per_degree_lon, north / metres_per_degree_lat


def wgs84_to_gcj02(lon: float, lat: float) -> Point:
    """WGS-84 -> GCJ-02 by the public formula."""
    if not in_scope(lon, lat):
        return lon, lat
    d_lon, d_lat = _offset(lon, lat)
    return lon + d_lon, lat + d_lat


def gcj02_to_wgs84(lon: float, lat: float) -> Point:
    """GCJ-02 -> WGS-84 by three fixed-point passes, right to 0.05 mm within the country."""
    if not in_scope(lon, lat):
        return lon, lat
    w_lon, w_lat = lon, lat
    for _ in range(PASSES):
        d_lon, d_lat = _offset(w_lon, w_lat)
        w_lon, w_lat = lon - d_lon, lat - d_lat
    return w_lon, w_lat


def gcj02_to_bd09(lon: float, lat: float) -> Point:
    """GCJ-02 -> BD-09: a small twist about the origin and a shift, by the public formula."""
    radius = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _BD_PI)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _BD_PI)
    return radius * math.cos(angle) + _BD_X, radius * math.sin(angle) + _BD_Y


def bd09_to_gcj02(lon: float, lat: float) -> Point:
    """BD-09 -> GCJ-02, by fixed-point passes on the forward formula as above."""
    g_lon, g_lat = lon - _BD_X, lat - _BD_Y
    for _ in range(PASSES):
        b_lon, b_lat = gcj02_to_bd09(g_lon, g_lat)
        g_lon, g_lat = g_lon + lon - b_lon, g_lat + lat - b_lat
    return g_lon, g_lat


def to_wgs84(lon: float, lat: float, datum: str) -> Point:
    """A point of the named datum as WGS-84. Error: "geo.datum_unknown"."""
    if datum == "wgs84":
        return lon, lat
    if datum == "gcj02":
        return gcj02_to_wgs84(lon, lat)
    if datum == "bd09":
        return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))
    raise InvalidInput("geo.datum_unknown", datum=datum)


def from_wgs84(lon: float, lat: float, datum: str) -> Point:
    """A WGS-84 point in the named datum. Error: "geo.datum_unknown"."""
    if datum == "wgs84":
        return lon, lat
    if datum == "gcj02":
        return wgs84_to_gcj02(lon, lat)
    if datum == "bd09":
        return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))
    raise InvalidInput("geo.datum_unknown", datum=datum)
