"""Logins, failed logins, logouts and second factors go to the journal by signals, whichever page they came through."""

from __future__ import annotations

from collections.abc import Mapping

from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from muster.access import actions
from muster.access.second_factor.actions import note
from muster.access.sessions.actions import forget, keep


def connect() -> None:
    user_logged_in.connect(_logged_in, dispatch_uid="muster.access.in")
    user_logged_out.connect(_logged_out, dispatch_uid="muster.access.out")
    user_login_failed.connect(_failed, dispatch_uid="muster.access.failed")
    factors.authenticator_added.connect(_factor_added, dispatch_uid="muster.access.factor_added")
    factors.authenticator_removed.connect(_factor_removed, dispatch_uid="muster.access.factor_removed")
    factors.authenticator_reset.connect(_codes_made, dispatch_uid="muster.access.codes_made")
    factors.authentication_failed.connect(_factor_failed, dispatch_uid="muster.access.factor_failed")


def _logged_in(user: AbstractBaseUser, request: HttpRequest, **_: object) -> None:
    actions.note_login(user)
    keep(request, user)


def _logged_out(user: AbstractBaseUser | None, request: HttpRequest | None, **_: object) -> None:
    if user is not None:
        actions.note_logout(user)
        forget(request)


def _failed(credentials: Mapping[str, object], **_: object) -> None:
    actions.note_failed_login(str(credentials.get("username", "")))


def _factor_added(user: AbstractBaseUser, authenticator: Authenticator, **_: object) -> None:
    note("added", user, authenticator.type)


def _factor_removed(user: AbstractBaseUser, authenticator: Authenticator, **_: object) -> None:
    note("removed", user, authenticator.type)


def _codes_made(user: AbstractBaseUser, authenticator: Authenticator, **_: object) -> None:
    note("reset", user, authenticator.type)


def _factor_failed(user: AbstractBaseUser, authenticator: Authenticator, **_: object) -> None:
    note("failed", user, authenticator.type)
