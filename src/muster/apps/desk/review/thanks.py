"""Who came, for the certificates of thanks: name, unit, when, how long. Within the viewer's part of the tree only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from muster.access.actions import NAMELESS
from muster.access.rights import Actor, Right, check
from muster.apps.incidents.models import Incident
from muster.apps.people.models import Member
from muster.apps.people.reads import visible_members
from muster.apps.service.models import Attendance

PAGE = 100  # certificates in one print


@dataclass(frozen=True, slots=True)
class Thanks:
    """One certificate; hours: on duty in all, to the half hour, None while he is still there."""

    member: Member
    hours: float | None


def who_came(incident: Incident, actor: Actor) -> list[Thanks]:
    """Everybody who checked in and whom the viewer may see, in the order of names. NotAllowed without the right to see
    reviews."""
    check(actor, Right.SEE_REVIEW)
    came = incident.callout.alerts.exclude(checked_in_at=None).values("member_id")
    members = (
        visible_members(actor)
        .filter(pk__in=came)
        .exclude(name=NAMELESS)
        .select_related("unit")
        .order_by("sort_pinyin", "pk")
    )
    turns = Attendance.objects.filter(ref=incident.callout.ref, member__in=came)
    spent = {pk: end - start for pk, start, end in turns.values_list("member_id", "starts_at", "ends_at") if end}
    return [Thanks(member, _hours(spent.get(member.pk))) for member in members]


def _hours(spent: timedelta | None) -> float | None:
    return None if spent is None else max(0.5, round(spent.total_seconds() / 1800) / 2)
