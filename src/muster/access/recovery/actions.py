"""Letting an administrator in again whom nobody else could let in: an act at the machine itself, and a loud one."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.db import transaction

from muster.access.actions import new_link
from muster.access.models import Account, Role
from muster.access.rights import SYSTEM
from muster.access.sessions.actions import end_all_of
from muster.core.errors import Conflict, InvalidInput, NotFound
from muster.jobs import clock
from muster.journal.actions import append

CONSOLE = "console"  # the journal's word for whoever sits at the machine
KEPT_BY_NOBODY_ELSE = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
REASON_LETTERS = 120


@transaction.atomic
def recover(login: str, *, operator: str, reason: str) -> str:
    """A one-time token for the only administrator of his kind; his password, second factors and sessions are void.

    operator: who the operating system says sits there. Where a second one of the same kind can sign in, he does this in
    the open, and the machine refuses. Errors: "access.recover_unknown", "access.recover_other", "access.reason_needed".
    """
    kept = " ".join(reason.split())[:REASON_LETTERS]
    if not kept:
        raise InvalidInput("access.reason_needed")
    rows = Account.objects.select_related("user").select_for_update(of=("self",))
    account = rows.filter(user__username=login.strip().lower(), role__in=KEPT_BY_NOBODY_ELSE, active=True).first()
    if account is None:
        raise NotFound("access.recover_unknown", login=login.strip()[:40])
    others = Account.objects.select_related("user").filter(role=account.role, active=True).exclude(pk=account.pk)
    if any(other.user.has_usable_password() for other in others):
        raise Conflict("access.recover_other")
    account.user.set_unusable_password()
    account.user.save(update_fields=["password"])
    factors, _each = Authenticator.objects.filter(user=account.user).delete()
    end_all_of(account.user)
    payload = {
        "account": account.pk,
        "role": account.role,
        "operator": operator[:60],
        "reason": kept,
        "factors": factors,
    }
    append("security", "account.recovered", actor=CONSOLE, at=clock.now(), payload=payload)
    return new_link(SYSTEM, account)
