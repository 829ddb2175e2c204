"""Puts `request.actor` on every request: the signed-in account as the rights table knows it, or None."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from muster.access.handover.reads import holder
from muster.access.lending.reads import lending_of
from muster.access.models import Account, Lending, Role
from muster.access.partners.reads import granted
from muster.access.rights import Actor
from muster.access.second_factor.reads import has_one, is_required
from muster.access.sessions.actions import see


def actor_of(user: object) -> Actor | None:
    """The actor of a signed-in user; None for strangers, users without an account and switched-off accounts."""
    if not getattr(user, "is_authenticated", False):
        return None
    account = Account.objects.filter(user=user, active=True).first()
    if account is None:
        return None
    return actor_from(account, lending_of(account))


def actor_from(account: Account, lending: Lending | None) -> Actor:
    """The actor of an account that is on, with the role that is lent to it at this moment."""
    return Actor(
        ref=f"account:{account.pk}",
        name=account.name,
        role=lending.role if lending else _own_role(account),
        unit_path=account.unit_path,
        member_ref=account.member_ref,
        incidents=granted(account) if account.role == Role.PARTNER else None,
        lent_until=lending.ends_at if lending else None,
        base_role=_own_role(account) if lending else "",
    )


def _own_role(account: Account) -> str:
    """A duty officer who does not hold the duty is staff, where the office wants it so and somebody holds it."""
    if settings.MUSTER_DUTY_STRICT and account.role == Role.DUTY_OFFICER:
        on_duty = holder()
        if on_duty is not None and on_duty.pk != account.pk:
            return str(Role.STAFF)
    return str(account.role)


class ActorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = actor_of(request.user)
        return self.get_response(request)


class SessionMiddleware:
    """A session belongs to the browser it was opened in; and who needs a second factor sets it up before all else."""

    # Pages on which somebody without the second factor that his role needs may be.
    FREE = frozenset({
        "mfa_index", "mfa_activate_totp", "mfa_add_webauthn", "mfa_view_recovery_codes", "account_reauthenticate",
        "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_logout", "account_change_password", "language",
        "privacy",
    })  # fmt: skip

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not see(request):
            request.session.flush()
            return HttpResponseRedirect(reverse("account_login") + "?shared=1")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        actor = request.actor
        if actor is None or not is_required(actor.role) or has_one(request.user):
            return None
        match = request.resolver_match
        return None if match and match.url_name in self.FREE else HttpResponseRedirect(reverse("mfa_index"))
