"""allauth adapter of a closed house: nobody signs up; accounts are made by the administrator."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from muster.access import actions
from muster.access.sessions.networks import client_address
from muster.core.ids import token_hash

LOCK_SECONDS = 300


class ClosedAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("Name or password is wrong. Check the caps lock key and try again."),
        "too_many_login_attempts": _("Too many wrong passwords. Wait five minutes, or ask the system administrator."),
    }

    def is_open_for_signup(self, *_args: object) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The same rule about proxies as for the allowed networks, so that wrong passwords are counted per asker."""
        return client_address(request.META, settings.MUSTER_TRUSTED_PROXIES)

    def add_message(self, *args: object, **kwargs: object) -> None:
        """No pop-up greetings."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """The lock-out is journaled once, however often the door is tried while it is shut."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            login = str(credentials.get("username", ""))
            if cache.add(f"access-locked:{token_hash(login)}", True, LOCK_SECONDS):
                actions.note_lock_out(login)
            raise

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """Logins are kept in lower case, so that a capital letter typed by a phone does not shut anybody out."""
        name = str(credentials.pop("username", "")).lower()
        return super().authenticate(request, username=name, **credentials)
