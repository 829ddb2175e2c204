"""The past into the service register, and the response model fitted to it."""

from __future__ import annotations

from collections.abc import Sequence

from muster.apps.people.models import Member
from muster.apps.service.models import PastAlert
from muster.exercise.district.make import District
from muster.exercise.district.past import make_past


def load_past(district: District, members: Sequence[Member]) -> None:
    """Called inside the loader's transaction; `members` in the district's order."""
    rows = [
        PastAlert(
            callout_ref=row.ref, called_at=row.called_at, member=members[row.member], channel=row.channel,
            delivered=row.delivered, reply=row.reply, reply_minutes=row.reply_minutes,
            arrived_minutes=row.arrived_minutes,
        )
        for row in make_past(district)
    ]  # fmt: skip
    PastAlert.objects.bulk_create(rows, batch_size=400)
