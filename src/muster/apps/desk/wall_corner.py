"""The corner of the wall's picture: a part that is installed above the desk may offer a code for it.

The desk knows nothing of what the code is for; in a real home nobody offers one, and the corner stays empty.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise

from muster.apps.incidents.models import Incident


@dataclass(frozen=True, slots=True)
class Corner:
    """A picture of a code at `src` (same host), what it is for, and a remark where it does not reach everybody."""

    src: str
    word: str | Promise
    remark: str | Promise = ""


Offer = Callable[[HttpRequest, Incident | None], Corner | None]

_offers: dict[str, Offer] = {}


def offer_corner(name: str, offer: Offer) -> None:
    """Register under `name`; a second time replaces the first."""
    _offers[name] = offer


def corner(request: HttpRequest, incident: Incident | None) -> Corner | None:
    """The first code that anybody offers for this incident (None: nothing is open), None when nobody does."""
    return next((found for offer in _offers.values() if (found := offer(request, incident))), None)
