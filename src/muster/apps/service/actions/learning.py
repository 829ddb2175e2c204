"""Past alerts and the response model fitted to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from muster.apps.service.actions.commitments import STREAM
from muster.apps.service.models import PastAlert
from muster.journal.actions import append

BATCH = 2_000
_FIELDS = ["called_at", "channel", "delivered", "reply", "reply_minutes", "arrived_minutes"]


@dataclass(frozen=True, slots=True)
class LearnedAlert:
    """One alert of a reviewed callout: minutes are counted from `called_at`; None where it did not happen."""

    member_id: int
    called_at: datetime
    channel: str
    delivered: bool
    reply: str
    reply_minutes: float | None = None
    arrived_minutes: float | None = None


def _store(rows: Sequence[PastAlert]) -> None:
    PastAlert.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["callout_ref", "member"],
        update_fields=_FIELDS,
    )


@transaction.atomic
def learn(ref: str, rows: Iterable[LearnedAlert], at: datetime, *, actor: str = "system") -> int:
    """Keep what became of the alerts of `ref`; said again it replaces what was kept. Returns how many."""
    kept = [
        PastAlert(
            callout_ref=ref,
            called_at=row.called_at,
            member_id=row.member_id,
            channel=row.channel,
            delivered=row.delivered,
            reply=row.reply,
            reply_minutes=row.reply_minutes,
            arrived_minutes=row.arrived_minutes,
        )
        for row in rows
    ]
    _store(kept)
    append(STREAM, "alerts.learned", actor=actor, at=at, payload={"ref": ref, "alerts": len(kept)})
    return len(kept)
