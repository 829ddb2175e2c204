"""Real time, for what must not stand still or run fast with an exercise clock: sessions, links, lent roles."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The present moment, UTC."""
    return timezone.now()
