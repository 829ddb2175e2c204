"""Words and times that only the callout pages need."""

from __future__ import annotations

from datetime import datetime

from django import template

from muster.apps.incidents.own_page import reason_told

register = template.Library()
register.filter("reason", reason_told)


@register.filter
def countdown(seconds: int) -> str:
    """Seconds left as "2:05"."""
    return f"{seconds // 60}:{seconds % 60:02d}"


@register.filter
def since(moment: datetime, t0: datetime) -> str:
    """Whole minutes from T0: "T+7"; a moment before it is "T-1"."""
    minutes = (moment - t0).total_seconds() / 60
    return f"T+{int(minutes)}" if minutes >= 0 else f"T-{int(-minutes) + 1}"
