"""Who holds the duty now, and which handover waits for an answer."""

from __future__ import annotations

from collections.abc import Callable

from muster.access.models import Account, Handover, Role

TAKERS = (Role.DUTY_OFFICER, Role.COMMANDER, Role.OFFICE_HEAD)
Heard = Callable[[Account], None]

_listeners: list[Heard] = []


def on_change(heard: Heard) -> None:
    """Register who wants to know when the duty has moved, inside the transaction that moves it."""
    if heard not in _listeners:
        _listeners.append(heard)


def tell(holder: Account) -> None:
    for heard in _listeners:
        heard(holder)


def holder() -> Account | None:
    """The account that holds the duty; None before the first one took it, or when his account no longer may."""
    last = Handover.objects.filter(accepted=True).select_related("taker").order_by("-answered_at", "-pk").first()
    if last is None or not last.taker.active or last.taker.role not in TAKERS:
        return None
    return last.taker


def open_offer() -> Handover | None:
    """The handover that waits for the taker's answer."""
    return Handover.objects.filter(accepted=None).select_related("giver", "taker").order_by("-pk").first()


def takers(giver: Account) -> list[Account]:
    """Accounts of the whole district that may take the duty from `giver`, by name."""
    rows = Account.objects.filter(active=True, role__in=TAKERS, unit_path="").exclude(pk=giver.pk)
    return list(rows.order_by("name", "pk"))
