"""Which closures there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from muster.apps.maps.models import Closure
from muster.core.errors import NotFound

PAST_SHOWN = 30


def _not_over(at: datetime) -> Q:
    return (Q(valid_to=None) | Q(valid_to__gt=at)) & (Q(ended_at=None) | Q(ended_at__gt=at))


def closures_at(at: datetime) -> QuerySet[Closure]:
    """Closures in force at that moment, in the order in which they were drawn."""
    return Closure.objects.filter(_not_over(at), valid_from__lte=at).order_by("pk")


def closure_by_id(closure_id: int) -> Closure:
    """Error: NotFound "maps.closure_unknown"."""
    row = Closure.objects.filter(pk=closure_id).first()
    if row is None:
        raise NotFound("maps.closure_unknown")
    return row


@dataclass(frozen=True, slots=True)
class ListedClosures:
    """In force, still to come, and the last ones that are over."""

    now: list[Closure]
    later: list[Closure]
    past: list[Closure]


def listed_closures(at: datetime) -> ListedClosures:
    now = list(closures_at(at))
    later = list(Closure.objects.filter(_not_over(at), valid_from__gt=at).order_by("valid_from", "pk"))
    past = Closure.objects.exclude(pk__in=[row.pk for row in (*now, *later)])
    return ListedClosures(now, later, list(past[:PAST_SHOWN]))
