"""When a holding counts. The one place that says it, for queries and for single rows."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q, QuerySet

from muster.apps.people.models import Holding

SOON_DAYS = 30


def _open_between(day: date) -> Q:
    started = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
    return started & (Q(valid_to__isnull=True) | Q(valid_to__gte=day))


def proven() -> Q:
    """A capability that needs a certificate has one: it bears a number or an end of validity."""
    return Q(capability__needs_certificate=False) | ~Q(number="") | Q(valid_to__isnull=False)


def valid_holdings(day: date) -> QuerySet[Holding]:
    """Holdings that give their capability on the Beijing day `day`."""
    return Holding.objects.filter(_open_between(day) & proven())


def lapsed_holdings(day: date) -> QuerySet[Holding]:
    """Holdings whose validity ended before `day`."""
    return Holding.objects.filter(valid_to__lt=day)


def soon_lapsing(day: date) -> QuerySet[Holding]:
    """Holdings that are valid on `day` and end within 30 days of it."""
    return Holding.objects.filter(valid_to__gte=day, valid_to__lte=day + timedelta(days=SOON_DAYS))


def holding_state(holding: Holding, day: date) -> str:
    """ "lapsed", "not_yet", "unproven", "soon" (30 days left or fewer) or "valid", on the Beijing day `day`."""
    if holding.valid_to is not None and holding.valid_to < day:
        return "lapsed"
    if holding.valid_from is not None and holding.valid_from > day:
        return "not_yet"
    if holding.capability.needs_certificate and not holding.number and holding.valid_to is None:
        return "unproven"
    if holding.valid_to is not None and holding.valid_to <= day + timedelta(days=SOON_DAYS):
        return "soon"
    return "valid"
