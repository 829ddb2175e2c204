"""Places that people must reach. The roads know none: apps above offer theirs at start-up (muster points, sites)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """kind: "point" where people report, "site" for anything else that must be reached; lon, lat WGS-84."""

    kind: str
    key: str
    zh: str
    en: str
    lon: float
    lat: float


Offer = Callable[[], Iterable[Place]]

_offers: dict[str, Offer] = {}


def offer(name: str, places: Offer) -> None:
    """Register a reader of places under a name; the same name again replaces it."""
    _offers[name] = places


def places(kind: str) -> list[Place]:
    """All places of this kind, in the order in which they are offered."""
    return [place for read in _offers.values() for place in read() if place.kind == kind]
