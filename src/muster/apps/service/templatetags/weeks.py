"""How minutes of the day and rules of availability read."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from muster.apps.service.forms import WEEKDAYS
from muster.apps.service.models import AvailabilityRule

register = template.Library()
_WORDS = dict(WEEKDAYS)


@register.filter
def time_of_day(minute: int) -> str:
    """Minute of the day as 08:30; 1440 as 24:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


@register.filter
def rule_days(rule: AvailabilityRule) -> str:
    """On which days a rule counts."""
    days = rule.span.days
    if days.kind == "once":
        return f"{days.starts:%Y-%m-%d}"
    if days.kind == "daily":
        return _("Every day") if days.every == 1 else _("Every %(n)s days") % {"n": days.every}
    names = pgettext("list", ", ").join(str(_WORDS[str(day)]) for day in sorted(days.weekdays))
    if days.every == 1:
        return _("Every week: %(days)s") % {"days": names}
    return _("Every %(n)s weeks: %(days)s") % {"n": days.every, "days": names}


@register.filter
def weekday_word(number: int) -> str:
    """Short name of a weekday, 0 for Monday."""
    return str(_WORDS[str(number)])
