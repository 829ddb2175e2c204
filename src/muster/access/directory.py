"""Parts of the unit tree an account can be tied to. Access knows no units: the people app offers them at start-up."""

from __future__ import annotations

from collections.abc import Callable

Offer = Callable[[], list[tuple[str, str]]]

_offers: list[Offer] = []


def offer_units(units: Offer) -> None:
    """Register a reader of (tree path, name in words) pairs; the last one registered counts."""
    _offers.append(units)


def units() -> list[tuple[str, str]]:
    """All (path, name) pairs, in tree order; empty while nobody offers any."""
    return _offers[-1]() if _offers else []
