"""What may be told of incidents outside the house: counts of people, and nobody's name or number."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Count, Q

from muster.access.directory import IncidentFacts
from muster.apps.incidents.models import Incident
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.states import COMING
from muster.jobs.clock import now

LATELY = timedelta(days=7)


def partner_facts() -> list[IncidentFacts]:
    """Incidents that are open or were closed within a week, newest first."""
    recent = Q(closed_at=None) | Q(closed_at__gt=now() - LATELY)
    alerts = "callout__alerts"
    rows = Incident.objects.filter(recent).order_by("-t0", "-pk").annotate(
        called=Count(alerts),
        coming=Count(alerts, filter=Q(callout__alerts__state__in=COMING)),
        here=Count(alerts, filter=Q(callout__alerts__state=AlertState.CHECKED_IN)),
    )  # fmt: skip
    return [
        IncidentFacts(
            row.pk, row.title, row.place, row.is_exercise, str(row.get_state_display()), row.t0, row.closed_at,
            row.called, row.coming, row.here,
        )
        for row in rows
    ]  # fmt: skip
