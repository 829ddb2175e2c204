"""Who must have a second factor, and who has one."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser


def is_required(role: str) -> bool:
    """Whether MUSTER_MFA_REQUIRED lists the role."""
    return role in settings.MUSTER_MFA_REQUIRED


def has_one(user: AbstractBaseUser) -> bool:
    """Codes by time or a passkey; recovery codes alone are none."""
    return Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def users_with_one() -> set[int]:
    """User ids that have one."""
    rows = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
    return set(rows.values_list("user_id", flat=True))
