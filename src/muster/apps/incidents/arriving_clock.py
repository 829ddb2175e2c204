"""When somebody who said that he comes is due, and by how much he is late: an answer ages into a clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from muster.apps.incidents.models import Alert
from muster.apps.incidents.states import COMING

LEAST_MINUTES = 30  # nobody who named no time is overdue sooner after his answer


def due_of(alert: Alert) -> datetime | None:
    """His own word; without one the time of his post, and at least half an hour after his answer. None for neither.

    Needs `need` and `callout.incident` at hand."""
    if alert.eta_at is not None or alert.need is None:
        return alert.eta_at
    return _by_post(alert.replied_at, alert.callout.incident.t0, alert.need.due_minutes)


def _by_post(replied_at: datetime | None, t0: datetime, due_minutes: int) -> datetime | None:
    if replied_at is None:
        return None
    return max(t0 + timedelta(minutes=due_minutes), replied_at + timedelta(minutes=LEAST_MINUTES))


def count_overdue(alerts: Iterable[Alert], due_minutes: Mapping[int, int], t0: datetime, at: datetime) -> int:
    """How many of these are past their time; `due_minutes` by need id, so that no alert asks for its own need."""
    coming = (alert for alert in alerts if alert.state in COMING)
    dues = (
        alert.eta_at
        or (_by_post(alert.replied_at, t0, due_minutes[alert.need_id]) if alert.need_id in due_minutes else None)
        for alert in coming
    )
    return sum(due is not None and at - due >= timedelta(minutes=1) for due in dues)


def overdue_minutes(alert: Alert, at: datetime) -> int:
    """Whole minutes past his due time; 0 while he is in time or when he is not expected."""
    due = due_of(alert) if alert.state in COMING else None
    return 0 if due is None or at <= due else int((at - due).total_seconds() // 60)
