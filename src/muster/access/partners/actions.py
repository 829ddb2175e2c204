"""Letting a partner agency see one incident until a time."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from muster.access import directory
from muster.access.models import Account, IncidentGrant, Role
from muster.access.moment import now
from muster.access.rights import Actor, Right, check
from muster.core.errors import Conflict, InvalidInput, NotFound
from muster.jobs import clock
from muster.journal.actions import append

MOST_HOURS = 7 * 24


@transaction.atomic
def share(actor: Actor, account: Account, incident_ref: int, *, hours: int, reason: str) -> IncidentGrant:
    """Let the partner's account see the incident for `hours`.

    Errors: "access.no_partner", "access.incident_unknown", "access.hours", "access.reason_needed"."""
    check(actor, Right.GRANT_ROLES)
    reason = " ".join(reason.split())[:120]
    if account.role != Role.PARTNER:
        raise Conflict("access.no_partner")
    if incident_ref not in {each.number for each in directory.incidents()}:
        raise NotFound("access.incident_unknown")
    if not 1 <= hours <= MOST_HOURS:
        raise InvalidInput("access.hours", hours=MOST_HOURS)
    if not reason:
        raise InvalidInput("access.reason_needed")
    row = IncidentGrant(
        account=account, incident_ref=incident_ref, reason=reason, granted_by=actor.ref, granted_at=now(),
        ends_at=now() + timedelta(hours=hours),
    )  # fmt: skip
    row.save(force_insert=True)
    _note("incident.shared", actor, row)
    return row


@transaction.atomic
def end(actor: Actor, pk: int) -> None:
    """End it before its time; a second call changes nothing."""
    check(actor, Right.GRANT_ROLES)
    row = IncidentGrant.objects.select_for_update().filter(pk=pk, ends_at__gt=now()).first()
    if row is not None:
        row.ends_at = now()
        row.save(update_fields=["ends_at"])
        _note("incident.share_ended", actor, row)


def _note(action: str, actor: Actor, row: IncidentGrant) -> None:
    payload = {"account": row.account_id, "incident": row.incident_ref, "ends_at": row.ends_at.isoformat()}
    append("security", action, actor=actor.ref, at=clock.now(), payload=payload)
