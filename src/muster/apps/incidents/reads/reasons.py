"""Why the chance is lower than it was, as far as it is nobody's decision: roads, texts, places without network, processes.

No query while all is well and no road is closed but one for closures; a few, whatever the size of the callout, otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from statistics import median

import numpy as np

from muster.apps.channels.reads import texts_stuck_since
from muster.apps.incidents.board import Reason
from muster.apps.incidents.models import Alert, Callout
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.reach import FEWEST, UNSENT_AFTER, Areas, is_unsent, reach_of
from muster.apps.incidents.states import OPEN, RUNNING, WAITING
from muster.apps.maps.reads import closures_at, delays_at
from muster.jobs import beats

SILENT_LANE_SECONDS = {"solve": 60.0, "send": 30.0}  # longer than any single step of theirs
FAILING_SHARE = 0.1  # of the texts; fewer fail on any day
ANSWERED_AFTER, FEWEST_TEXTS, ANSWERED_SHARE = timedelta(minutes=6), 20, 0.1
LONGER_MINUTES = 5.0


def reasons_of(callout: Callout, alerts: Sequence[Alert], at: datetime) -> tuple[Reason, ...]:
    """What keeps those called of a running callout from coming, as of `at`; gravest first. `alerts`: all of the callout.

    Before approval nobody is called: only a process that stands still is a reason then."""
    still = tuple(_lanes())
    if callout.state not in RUNNING:
        return still
    reach = reach_of(callout, alerts, at)
    rest = [alert for alert in alerts if alert.pk not in reach.areas.people]
    return (
        *still, *_places(reach.areas), *_unsent(callout, rest, at), *_texts(rest, reach.lost),
        *_unanswered(alerts, at), *_roads(callout, alerts, at),
    )  # fmt: skip


def _lanes() -> list[Reason]:
    ages = beats.ages_seconds()
    late = {name: ages.get(name, 0.0) for name, limit in SILENT_LANE_SECONDS.items() if ages.get(name, 0.0) > limit}
    return [Reason("lane", names=(name,), minutes=int(age // 60)) for name, age in late.items()]


def _places(areas: Areas) -> list[Reason]:
    return [Reason("area", n=len(areas.people), names=tuple(areas.names))] if areas.names else []


# --- texts --------------------------------------------------------------------------------------------------


def _unsent(callout: Callout, alerts: Sequence[Alert], at: datetime) -> list[Reason]:
    texts = [alert for alert in alerts if alert.channel == "sms"]
    stuck = [alert for alert in texts if is_unsent(alert, at)]
    if len(stuck) < FEWEST:
        return []
    # It takes nothing since the last text that left, however long those that wait were queued before.
    last_left = max((alert.sent_at for alert in texts if alert.sent_at is not None), default=None)
    first = min(alert.alerted_at for alert in stuck)
    since = at - (first if last_left is None else max(first, last_left))
    if since < UNSENT_AFTER and texts_stuck_since(callout.incident.is_exercise) is None:  # the planner's judgement too
        return [Reason("backlog", n=len(stuck), of=len(texts))]
    return [Reason("unsent", n=len(stuck), of=len(texts), minutes=int(since.total_seconds() // 60))]


def _texts(alerts: Sequence[Alert], lost_ids: Collection[int]) -> list[Reason]:
    left = [alert for alert in alerts if alert.channel == "sms" and alert.state != AlertState.QUEUED]
    lost = [alert for alert in alerts if alert.pk in lost_ids and alert.state != AlertState.QUEUED]
    failing = len(lost) >= FEWEST and len(lost) >= FAILING_SHARE * len(left)
    return [Reason("texts", n=len(lost), of=len(left))] if failing else []


def _unanswered(alerts: Sequence[Alert], at: datetime) -> list[Reason]:
    """Reports of delivery that nobody's answer bears out."""
    told = [alert for alert in alerts if alert.delivered_at is not None and alert.delivered_at <= at - ANSWERED_AFTER]
    answered = sum(alert.replied_at is not None or alert.state not in WAITING for alert in told)
    doubtful = len(told) >= FEWEST_TEXTS and answered < ANSWERED_SHARE * len(told)
    return [Reason("unanswered", n=answered, of=len(told))] if doubtful else []


# --- roads --------------------------------------------------------------------------------------------------


def _roads(callout: Callout, alerts: Sequence[Alert], at: datetime) -> list[Reason]:
    """Closures that make the way longer for those called who are not there yet."""
    still = [alert.state in OPEN for alert in sorted(alerts, key=lambda alert: alert.pk)]
    if not any(still) or not closures_at(at).exists():
        return []
    homes = callout.alerts.order_by("pk").values_list("member__lon", "member__lat")
    known = [(lon, lat, out) for (lon, lat), out in zip(homes, still, strict=False) if lon is not None]
    if not known:
        return []
    lon, lat, out = (np.array(column) for column in zip(*known, strict=True))
    points = list(callout.muster_points.values_list("lon", "lat"))
    delays = delays_at(at, lon.astype(float), lat.astype(float), points)
    if delays is None:
        return []
    more = delays.more[out.astype(bool)]
    longer, lost = more[np.isfinite(more) & (more >= LONGER_MINUTES)], int(np.isinf(more).sum())
    if not len(longer) and not lost:
        return []
    names = tuple(closure.name or str(closure.get_kind_display()) for closure in delays.closures)
    minutes = int(median(longer.tolist())) if len(longer) else 0
    return [Reason("road", n=len(longer), of=int(out.sum()), minutes=minutes, lost=lost, names=names)]
