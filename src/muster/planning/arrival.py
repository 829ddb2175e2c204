"""How long people take: getting ready, then the road. A road graph fills `TravelTimes` later; distance does now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from muster.core.geo import distances_km
from muster.planning.arrays import Floats
from muster.planning.problem import InvalidProblem
from muster.planning.response import Delay


@dataclass(frozen=True, slots=True, eq=False)
class Trip:
    """Travel of many people to one point: median minutes (N,), +inf where there is no way; sigma (N,) of their log."""

    minutes: Floats
    sigma: Floats


class TravelTimes(Protocol):
    """Anything that knows how long the way takes."""

    def travel(self, lon: Floats, lat: Floats, to_lon: float, to_lat: float) -> Trip:
        """From homes (N,) to one muster point, degrees WGS-84; NaN homes give +inf minutes."""


@dataclass(frozen=True, slots=True)
class DistanceTravel:
    """Straight distance x detour / speed. detour 1.35: road over straight distance in settled country lies between
    1.2 and 1.5 (Ballou et al., Transportation Research A 36, 2002); spread: sigma of log minutes."""

    detour: float = 1.35
    speed_km_h: float = 30.0
    spread: float = 0.3
    least_minutes: float = 1.0

    def __post_init__(self) -> None:
        if not (self.detour >= 1 and self.speed_km_h > 0 and self.spread >= 0 and self.least_minutes > 0):
            raise InvalidProblem("planning.travel", detour=self.detour, speed_km_h=self.speed_km_h)

    def travel(self, lon: Floats, lat: Floats, to_lon: float, to_lat: float) -> Trip:
        straight = distances_km(lon, lat, to_lon, to_lat)
        minutes = np.maximum(straight * self.detour / self.speed_km_h * 60, self.least_minutes)
        return Trip(np.where(np.isfinite(straight), minutes, np.inf), np.full(len(minutes), self.spread))


def arrival_law(preparation: Delay, trip: Trip) -> tuple[Floats, Floats, Floats]:
    """(offset, mu, sigma) of preparation + trip, each (N,), as `Candidates` wants them.

    The sum of two independent log-normals is taken as one with the same mean and variance (Fenton, IRE Trans. 1960);
    where there is no way the law is so late that it never counts.
    """
    reachable = np.isfinite(trip.minutes)
    road = np.where(reachable, trip.minutes, 1.0)
    mean = np.exp(preparation.mu + preparation.sigma**2 / 2) + road * np.exp(trip.sigma**2 / 2)
    variance = _variance(preparation.mu, preparation.sigma) + _variance(np.log(road), trip.sigma)
    sigma = np.sqrt(np.log1p(variance / mean**2))
    mu = np.log(mean) - sigma**2 / 2
    return np.full(len(road), preparation.offset), np.where(reachable, mu, NEVER), np.where(reachable, sigma, 0.0)


NEVER = 50.0
"""Log minutes of somebody who cannot come."""


def _variance(mu: float | Floats, sigma: float | Floats) -> Floats:
    return np.asarray(np.expm1(np.square(sigma)) * np.exp(2 * np.asarray(mu) + np.square(sigma)))
