"""Sessions: kept when opened, seen once a minute, ended one by one or all others, and never shared by two browsers."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest

from muster.access.models import Account, SignIn
from muster.access.moment import now
from muster.access.rights import Actor
from muster.access.sessions.networks import client_address
from muster.core.errors import Conflict
from muster.jobs import clock
from muster.journal.actions import append

SEEN_EVERY = timedelta(minutes=1)


def _where(request: HttpRequest) -> dict[str, str]:
    return {
        "address": client_address(request.META, settings.MUSTER_TRUSTED_PROXIES)[:45],
        "browser": request.headers.get("User-Agent", "")[:200],
    }


@transaction.atomic
def keep(request: HttpRequest, user: AbstractBaseUser) -> None:
    """A session was opened. Rows of sessions that are over go at the same time."""
    key = request.session.session_key
    if not key:
        return
    alive = Session.objects.filter(expire_date__gt=now()).values("session_key")
    SignIn.objects.filter(user=user).exclude(session_key__in=alive).delete()
    at = now()
    SignIn.objects.update_or_create(
        session_key=key, defaults={"user": user, "since": at, "seen_at": at, **_where(request)}
    )


def see(request: HttpRequest) -> bool:
    """Note that the session is in use. False: its cookie came from another browser than it was opened in; it has been
    ended for both, and stands in the journal."""
    key = request.session.session_key or ""
    row = SignIn.objects.filter(session_key=key, user=request.user).first()
    here = _where(request)
    if row is None:
        keep(request, request.user)
        return True
    if row.browser and row.browser != here["browser"]:
        _end_shared(row)
        return False
    if row.seen_at + SEEN_EVERY <= now() or row.address != here["address"] or not row.browser:
        SignIn.objects.filter(pk=row.pk).update(seen_at=now(), **here)
    return True


@transaction.atomic
def _end_shared(row: SignIn) -> None:
    account = Account.objects.filter(user=row.user_id).first()
    _end(row)
    append(
        "security", "session.shared", actor=f"account:{account.pk}" if account else "stranger", at=clock.now(),
        payload={"account": account.pk if account else 0},
    )  # fmt: skip


def _end(row: SignIn) -> None:
    Session.objects.filter(session_key=row.session_key).delete()
    row.delete()


def forget(request: HttpRequest | None) -> None:
    """The session was left by its own sign-out."""
    if request is not None and request.session.session_key:
        SignIn.objects.filter(session_key=request.session.session_key).delete()


@transaction.atomic
def end_one(actor: Actor, user: AbstractBaseUser, pk: int) -> None:
    """End one of the user's own sessions. Error: "access.session_gone"."""
    row = SignIn.objects.filter(pk=pk, user=user).first()
    if row is None:
        raise Conflict("access.session_gone")
    _end(row)
    append("security", "session.ended", actor=actor.ref, at=clock.now(), payload={"count": 1})


@transaction.atomic
def end_others(actor: Actor, user: AbstractBaseUser, keep_key: str) -> int:
    """End every session of the user but this one; returns how many."""
    rows = list(SignIn.objects.filter(user=user).exclude(session_key=keep_key))
    for row in rows:
        _end(row)
    append("security", "session.ended", actor=actor.ref, at=clock.now(), payload={"count": len(rows)})
    return len(rows)


@transaction.atomic
def end_all_of(user: AbstractBaseUser) -> None:
    """End all sessions of a user whose second factor was taken off; the caller checks the right and journals."""
    for row in SignIn.objects.filter(user=user):
        _end(row)
