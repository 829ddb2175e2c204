"""Why the chance is lower than it was, as far as it is nobody's decision: roads, texts, places without network, processes.

No query while all is well and no road is closed but one for closures; a few, whatever the size of the callout, otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

import numpy as np

from muster.apps.incidents.board import Reason
from muster.apps.incidents.forecast import UNREPORTED_AFTER, UNSENT_AFTER, not_got_through
from muster.apps.incidents.models import Alert, Callout
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.states import OPEN, RUNNING, WAITING
from muster.apps.maps.reads import closures_at, delays_at
from muster.apps.people.models import Unit
from muster.jobs import beats

SILENT_LANE_SECONDS = {"solve": 60.0, "send": 30.0}  # longer than any single step of theirs
FEWEST = 3  # people: less than that is chance
FAILING_SHARE = 0.1  # of the texts; fewer fail on any day
SURE = 0.01  # a place is named when mere chance would leave it without any delivery less often than that
ANSWERED_AFTER, FEWEST_TEXTS, ANSWERED_SHARE = timedelta(minutes=6), 20, 0.1
LONGER_MINUTES = 5.0


def reasons_of(callout: Callout, alerts: Sequence[Alert], at: datetime) -> tuple[Reason, ...]:
    """What keeps those called of a running callout from coming, as of `at`; gravest first. `alerts`: all of the callout.

    Before approval nobody is called: only a process that stands still is a reason then."""
    still = tuple(_lanes())
    if callout.state not in RUNNING:
        return still
    dead = {alert.pk for alert in alerts if alert.replied_at is None and _without_sign(alert, at)}
    areas = _areas(callout, dead) if len(dead) >= FEWEST else Areas()
    rest = [alert for alert in alerts if alert.pk not in areas.people]
    return (
        *still, *areas.reasons(), *_unsent(rest, at), *_texts(rest, at), *_unanswered(alerts, at),
        *_roads(callout, alerts, at),
    )  # fmt: skip


def _lanes() -> list[Reason]:
    ages = beats.ages_seconds()
    late = {name: ages.get(name, 0.0) for name, limit in SILENT_LANE_SECONDS.items() if ages.get(name, 0.0) > limit}
    return [Reason("lane", names=(name,), minutes=int(age // 60)) for name, age in late.items()]


def _without_sign(alert: Alert, at: datetime) -> bool:
    """His text has left long enough ago, and neither a report nor an answer came. A text that has not left says nothing
    about the place, and who is only telephoned has none."""
    if alert.channel != "sms" or alert.delivered_at is not None:
        return False
    since = alert.sent_at or alert.alerted_at
    late = alert.state == AlertState.NOTIFIED and since <= at - UNREPORTED_AFTER
    return late or alert.state == AlertState.UNDELIVERED


# --- places -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Areas:
    """Places without network as far as one can tell: their names, and alerts of the people called there."""

    names: list[str] = field(default_factory=list)
    people: set[int] = field(default_factory=set)

    def reasons(self) -> list[Reason]:
        return [Reason("area", n=len(self.people), names=tuple(self.names))] if self.names else []


def _areas(callout: Callout, dead: Collection[int]) -> Areas:
    """Towns, and villages of other towns, in which nobody who was called by text has given a sign although elsewhere
    enough people did."""
    texts = callout.alerts.filter(channel="sms").exclude(state=AlertState.QUEUED)
    rows = texts.values_list("pk", "member__home_unit__path", "member__unit__path")
    homes: dict[str, set[int]] = defaultdict(set)
    for pk, home, served in rows:
        parts = (home or served).split("/")
        for size in range(2, len(parts) + 1):  # towns and what lies below, never the whole office
            homes["/".join(parts[:size])].add(pk)
    everybody = {pk for people in homes.values() for pk in people}
    found = Areas()
    paths = []
    for path in sorted(homes, key=lambda path: (path.count("/"), path)):
        people = homes[path]
        if not people <= found.people and _is_no_chance(people, everybody, dead):
            paths.append(path)
            found.people |= people
    places = {unit.path: unit.place or unit.name for unit in Unit.objects.filter(path__in=paths)} if paths else {}
    found.names = [places[path] for path in sorted(paths, key=lambda path: -len(homes[path]))]
    return found


def _is_no_chance(people: set[int], everybody: set[int], dead: Collection[int]) -> bool:
    others = everybody - people
    if len(people) < FEWEST or not others or not all(pk in dead for pk in people):
        return False
    share = sum(pk in dead for pk in others) / len(others)
    return share ** len(people) < SURE


# --- texts --------------------------------------------------------------------------------------------------


def _unsent(alerts: Sequence[Alert], at: datetime) -> list[Reason]:
    texts = [alert for alert in alerts if alert.channel == "sms"]
    stuck = [alert for alert in texts if alert.state == AlertState.QUEUED and alert.alerted_at <= at - UNSENT_AFTER]
    if len(stuck) < FEWEST:
        return []
    since = max(at - alert.alerted_at for alert in stuck)
    return [Reason("unsent", n=len(stuck), of=len(texts), minutes=int(since.total_seconds() // 60))]


def _texts(alerts: Sequence[Alert], at: datetime) -> list[Reason]:
    left = [alert for alert in alerts if alert.channel == "sms" and alert.state != AlertState.QUEUED]
    lost = [alert for alert in not_got_through(alerts, at) if alert.state != AlertState.QUEUED]
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
