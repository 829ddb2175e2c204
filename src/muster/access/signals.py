"""Logins, failed logins and logouts go to the journal by Django's own signals, whichever page they came through."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

from muster.access import actions


def connect() -> None:
    user_logged_in.connect(_logged_in, dispatch_uid="muster.access.in")
    user_logged_out.connect(_logged_out, dispatch_uid="muster.access.out")
    user_login_failed.connect(_failed, dispatch_uid="muster.access.failed")


def _logged_in(user: AbstractBaseUser, **_: object) -> None:
    actions.note_login(user)


def _logged_out(user: AbstractBaseUser | None, **_: object) -> None:
    if user is not None:
        actions.note_logout(user)


def _failed(credentials: Mapping[str, object], **_: object) -> None:
    actions.note_failed_login(str(credentials.get("username", "")))
