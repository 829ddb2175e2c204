"""Away notices: when a member cannot be called."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from muster.access.rights import Actor, Right
from muster.apps.people.actions.common import check_member, note
from muster.apps.people.models import AwayNotice, Member
from muster.core.clock import as_utc
from muster.core.errors import Conflict, InvalidInput
from muster.jobs import clock


@transaction.atomic
def add_away(actor: Actor, member: Member, starts_at: datetime, ends_at: datetime, reason: str = "") -> AwayNotice:
    """The member is away from `starts_at` until `ends_at`; members may say so of themselves.

    InvalidInput "people.away_order" (ends before it starts), "people.away_past" (already over).
    """
    check_member(actor, member, Right.EDIT_PEOPLE, own=True)
    starts_at, ends_at = as_utc(starts_at), as_utc(ends_at)
    if ends_at <= starts_at:
        raise InvalidInput("people.away_order")
    if ends_at <= clock.now():
        raise InvalidInput("people.away_past")
    notice = AwayNotice(member=member, starts_at=starts_at, ends_at=ends_at, reason=reason.strip()[:120])
    notice.save(force_insert=True)
    payload = {"notice": notice.pk, "starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
    note(actor, "away.added", member, payload, {"reason": notice.reason})
    return notice


@transaction.atomic
def cancel_away(actor: Actor, notice: AwayNotice) -> None:
    """The member is back, or never left. Conflict "people.away_cancelled" the second time."""
    check_member(actor, notice.member, Right.EDIT_PEOPLE, own=True)
    changed = AwayNotice.objects.filter(pk=notice.pk, cancelled_at=None).update(cancelled_at=clock.now())
    if not changed:
        raise Conflict("people.away_cancelled")
    note(actor, "away.cancelled", notice.member, {"notice": notice.pk})
