"""Parts of the unit tree and incidents an account can be tied to. Access knows neither: the apps offer them at start-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

Offer = Callable[[], list[tuple[str, str]]]

_offers: list[Offer] = []


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """What of an incident may be told to a partner agency. Counts of people, and nobody's name or number."""

    number: int
    title: str
    place: str
    exercise: bool
    state: str
    since: datetime
    closed_at: datetime | None
    called: int
    coming: int
    on_scene: int


IncidentOffer = Callable[[], list[IncidentFacts]]
_incidents: list[IncidentOffer] = []


def offer_units(units: Offer) -> None:
    """Register a reader of (tree path, name in words) pairs; the last one registered counts."""
    _offers.append(units)


def units() -> list[tuple[str, str]]:
    """All (path, name) pairs, in tree order; empty while nobody offers any."""
    return _offers[-1]() if _offers else []


def offer_incidents(facts: IncidentOffer) -> None:
    """Register a reader of the incidents that are open or were closed lately, newest first; the last one counts."""
    _incidents.append(facts)


def incidents() -> list[IncidentFacts]:
    """What can be shared with partners; empty while nobody offers any."""
    return _incidents[-1]() if _incidents else []
