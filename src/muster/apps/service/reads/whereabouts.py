"""Who is taken or on duty at a moment."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from muster.apps.service.models import Attendance, Commitment
from muster.core.hours import Turn, judge

STRETCH_DAYS = 3
"""How far back turns are read: longer than any stretch of work that one must rest from."""


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


def resting_ids(at: datetime, *, exercises: bool = True) -> set[int]:
    """Members who have worked as long as is allowed in one stretch and have not had their rest since.

    The limits are MUSTER_DUTY_HOURS and MUSTER_REST_HOURS; whoever has some hours left may be called for them.
    `exercises` False leaves out turns of exercises.
    """
    duty, rest = settings.MUSTER_DUTY_HOURS, settings.MUSTER_REST_HOURS
    since = at - timedelta(days=STRETCH_DAYS)
    rows = Attendance.objects.filter(Q(ends_at=None) | Q(ends_at__gt=since), starts_at__lte=at)
    if not exercises:
        rows = rows.filter(exercise=False)
    turns: dict[int, list[Turn]] = {}
    for member, start, end in rows.values_list("member_id", "starts_at", "ends_at"):
        turns.setdefault(member, []).append((start, end))
    judged = {member: judge(own, at, duty, rest) for member, own in turns.items()}
    return {member for member, hours in judged.items() if hours and hours.on_duty >= timedelta(hours=duty)}
