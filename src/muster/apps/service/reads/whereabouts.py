"""Who is taken or on duty at a moment."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from muster.apps.service.models import Attendance, Commitment


def _covers(at: datetime) -> Q:
    return Q(starts_at__lte=at) & (Q(ends_at=None) | Q(ends_at__gt=at))


def committed_ids(at: datetime, *, exercises: bool = True) -> set[int]:
    """Members taken for something at `at`. An open commitment counts even if it starts later: it must not be lost.

    `exercises` False leaves out what is only an exercise: it keeps nobody from an actual callout.
    """
    rows = Commitment.objects.filter(_covers(at) | Q(ends_at=None))
    if not exercises:
        rows = rows.filter(exercise=False)
    return set(rows.values_list("member_id", flat=True))


def on_duty_ids(at: datetime) -> set[int]:
    """Members with a turn of duty going on at `at`."""
    return set(Attendance.objects.filter(_covers(at)).values_list("member_id", flat=True))
