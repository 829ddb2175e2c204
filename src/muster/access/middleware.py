"""Puts `request.actor` on every request: the signed-in account as the rights table knows it, or None."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from muster.access.models import Account
from muster.access.rights import Actor


def actor_of(user: object) -> Actor | None:
    """The actor of a signed-in user; None for strangers, users without an account and switched-off accounts."""
    if not getattr(user, "is_authenticated", False):
        return None
    account = Account.objects.filter(user=user, active=True).first()
    if account is None:
        return None
    return Actor(
        ref=f"account:{account.pk}",
        name=account.name,
        role=account.role,
        unit_path=account.unit_path,
        member_ref=account.member_ref,
    )


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = actor_of(request.user)
        return self.get_response(request)
