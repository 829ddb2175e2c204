"""Where somebody lands who opens the system. The shell knows no members: an app may offer a better page than the usual."""

from __future__ import annotations

from collections.abc import Callable

from muster.access.rights import Actor

Offer = Callable[[Actor], str]

_offers: list[Offer] = []


def offer_first_page(offer: Offer) -> None:
    """Register a reader that names a page for an actor, or says "" to leave it to the others."""
    _offers.append(offer)


def better_page(actor: Actor) -> str:
    """The first page that anybody offers this actor, "" for none."""
    return next((url for offer in _offers if (url := offer(actor))), "")
