"""Links to the partner view: made by a named officer with a reason and an end, ended before it; both in the journal."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction

from muster.access.rights import Actor, Right, check
from muster.apps.desk.models import ShareLink
from muster.apps.incidents.actions.common import note
from muster.apps.incidents.models import Incident
from muster.core.errors import Conflict, InvalidInput, NotFound
from muster.core.ids import token_hash
from muster.jobs.clock import now

HOURS = (4, 12, 24, 72, 168)
MOST_LINKS = 20
TOKEN_BYTES = 24  # 192 bits
LETTERS = 120


@transaction.atomic
def make_link(actor: Actor, incident: Incident, *, hours: int, reason: str) -> tuple[ShareLink, str]:
    """The link and its token, which is told this once and never again.

    Errors: "share.hours", "share.reason", Conflict "share.too_many" with MOST_LINKS that hold."""
    check(actor, Right.SHARE)
    words = " ".join(reason.split())[:LETTERS]
    if hours not in HOURS:
        raise InvalidInput("share.hours")
    if not words:
        raise InvalidInput("share.reason")
    if incident.share_links.filter(ended_at=None, ends_at__gt=now()).count() >= MOST_LINKS:
        raise Conflict("share.too_many", most=MOST_LINKS)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = ShareLink(
        incident=incident, token_hash=token_hash(token), reason=words, made_at=now(), made_by=actor.ref,
        ends_at=now() + timedelta(hours=hours),
    )  # fmt: skip
    row.save(force_insert=True)
    why = hashlib.sha256(words.encode()).hexdigest()  # the words may name somebody; they stand in the row
    note(incident, "share.made", actor, payload={"link": row.pk, "ends_at": row.ends_at.isoformat(), "reason": why})
    return row, token


@transaction.atomic
def end_link(actor: Actor, incident: Incident, pk: int) -> None:
    """End it now; ending it again changes nothing. NotFound "share.unknown"."""
    check(actor, Right.SHARE)
    row = incident.share_links.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound("share.unknown")
    if row.ended_at is None:
        row.ended_at, row.ended_by = now(), actor.ref
        row.save(update_fields=["ended_at", "ended_by"])
        note(incident, "share.ended", actor, payload={"link": row.pk})
