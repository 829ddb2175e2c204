"""What an open event stream was let in with. Streams live for minutes: what was asked at their start is asked again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from muster.access.lending.reads import running_for
from muster.access.middleware import actor_from
from muster.access.models import Account
from muster.access.moment import now
from muster.access.rights import Actor


@dataclass(frozen=True, slots=True)
class Ticket:
    """Account, role and session of whoever listens. It holds as long as each of them is still what it was."""

    ref: str
    role: str
    base_role: str
    unit_path: str
    session: str
    password: str  # hash of the password hash, as the session keeps it: a new password ends a stream too


def ticket_of(request: HttpRequest) -> Ticket:
    """The ticket of a signed-in request."""
    session = request.session
    return _ticket(request.actor, session.session_key or "", session.get(HASH_SESSION_KEY, ""))


def _ticket(actor: Actor, session: str, password: str) -> Ticket:
    return Ticket(actor.ref, actor.role, actor.base_role, actor.unit_path, session, password)


def holding(tickets: Iterable[Ticket]) -> set[Ticket]:
    """Those that still hold: account on, session open, and the role and the part of the tree as they were. Three queries."""
    asked = set(tickets)
    keys = {int(each.ref.removeprefix("account:")) for each in asked}
    rows = Account.objects.filter(pk__in=keys, active=True, user__is_active=True).select_related("user")
    accounts = {f"account:{row.pk}": row for row in rows}
    sessions = Session.objects.filter(session_key__in={each.session for each in asked}, expire_date__gt=now())
    open_now = set(sessions.values_list("session_key", flat=True))
    lent = running_for(accounts.values())
    actors = {ref: actor_from(row, lent.get(row.pk)) for ref, row in accounts.items()}
    passwords = {ref: row.user.get_session_auth_hash() for ref, row in accounts.items()}
    return {
        each
        for each in asked
        if each.session in open_now
        and each.ref in actors
        and each == _ticket(actors[each.ref], each.session, passwords[each.ref])
    }
