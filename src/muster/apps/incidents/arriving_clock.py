"""When somebody who said that he comes is due, and by how much he is late: an answer ages into a clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from muster.apps.incidents.models import Alert
from muster.apps.incidents.states import COMING

LEAST_MINUTES = 30  # nobody who named no time is overdue sooner after his answer


def due_of(alert: Alert) -> datetime | None:
    """His own word; without one the time of his post, and at least half an hour after his answer. None for neither.

    Needs `need` and `callout.incident` at hand."""
    if alert.eta_at is not None:
        return alert.eta_at
    if alert.need is None or alert.replied_at is None:
        return None
    post = alert.callout.incident.t0 + timedelta(minutes=alert.need.due_minutes)
    return max(post, alert.replied_at + timedelta(minutes=LEAST_MINUTES))


def overdue_minutes(alert: Alert, at: datetime) -> int:
    """Whole minutes past his due time; 0 while he is in time or when he is not expected."""
    due = due_of(alert) if alert.state in COMING else None
    return 0 if due is None or at <= due else int((at - due).total_seconds() // 60)
