"""The session list of one account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.models import Session

from muster.access.models import SignIn
from muster.access.moment import now

# the first that fits; the order matters, since browsers name their forebears
BROWSERS = (
    ("Edg/", "Edge"),
    ("MicroMessenger", "微信"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class SessionRow:
    pk: int
    since: datetime
    seen_at: datetime
    address: str
    browser: str
    here: bool


def sessions_of(user: AbstractBaseUser, key: str) -> list[SessionRow]:
    """Sessions that are still open, the present one first, then by when last seen."""
    alive = Session.objects.filter(expire_date__gt=now()).values("session_key")
    rows = SignIn.objects.filter(user=user, session_key__in=alive).order_by("-seen_at", "-pk")
    found = [
        SessionRow(row.pk, row.since, row.seen_at, row.address, browser_word(row.browser), row.session_key == key)
        for row in rows
    ]
    return sorted(found, key=lambda row: not row.here)


def browser_word(agent: str) -> str:
    """ "Firefox · Windows" out of what a browser says of itself; "" when it says nothing known."""
    parts = [next((word for mark, word in table if mark in agent), "") for table in (BROWSERS, SYSTEMS)]
    return " · ".join(part for part in parts if part)
