"""What happens to second factors stands in the journal; taking one off a lost phone is an administrator's act."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from muster.access.actions import granting
from muster.access.models import Account
from muster.access.rights import Actor, check
from muster.access.sessions.actions import end_all_of
from muster.core.errors import Conflict
from muster.jobs import clock
from muster.journal.actions import append

ACTS = {"added": "factor.added", "removed": "factor.removed", "reset": "factor.codes_made", "failed": "factor.failed"}


def note(what: str, user: AbstractBaseUser, kind: str) -> None:
    """`what` is a key of ACTS, `kind` totp, webauthn or recovery_codes."""
    account = Account.objects.filter(user=user).first()
    ref = f"account:{account.pk}" if account else "stranger"
    about = {"account": account.pk} if account else {}
    append("security", ACTS[what], actor=ref, at=clock.now(), payload={**about, "kind": kind})


@transaction.atomic
def take_off(actor: Actor, account: Account) -> int:
    """Take every second factor off an account whose user lost them; its sessions end. Returns how many were there.

    The security administrator does it where there is one: who makes one-time links can not also open the second door.
    Error: "access.own_account"."""
    check(actor, granting())
    if actor.ref == f"account:{account.pk}":
        raise Conflict("access.own_account")
    count, _each = Authenticator.objects.filter(user=account.user).delete()
    end_all_of(account.user)
    append(
        "security", "factor.taken_off", actor=actor.ref, at=clock.now(),
        payload={"account": account.pk, "role": account.role},
    )  # fmt: skip
    return count
