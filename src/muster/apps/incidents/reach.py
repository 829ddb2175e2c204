"""Whom a callout's texts did not reach, as far as anybody can tell: the one judgement behind the chance, the reasons on the
duty page and what automatic replacement may replace.

A failed report and a text that waits for the gateway speak for themselves. A missing report does not: gateways report for
one carrier only, in batches, or never. It counts
  for a place, when nobody who was called there gave any sign although elsewhere enough people did;
  for single people, when those without a report also answer clearly less often than those of the same wave with one.

At most three queries (homes, names of places, answers by telephone), none while fewer than FEWEST people gave no sign; the
rest is linear in the alerts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from scipy.special import gammaln

from muster.apps.channels.reads import SILENT_MINUTES, UNSENT_MINUTES
from muster.apps.incidents.models import Alert, Callout
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.states import WAITING
from muster.apps.people.models import Unit

UNSENT_AFTER = timedelta(minutes=UNSENT_MINUTES)
LEAST_WAIT = timedelta(minutes=SILENT_MINUTES)
LONG_WAIT = timedelta(minutes=10)  # silence that tells of a place even where reports from elsewhere are missing too
USUAL_SHARE, USUAL_TIMES = 0.9, 2  # a report is late after twice the time in which nine of ten come
FEWEST = 3  # people: less than that is chance
REPORTING_SHARE = 0.5  # of those elsewhere: then reports come there
SURE = 0.01  # what mere chance may do


@dataclass(slots=True)
class Areas:
    """Places without network as far as one can tell: their names, most people first, and ids of the alerts of those called
    there."""

    names: list[str] = field(default_factory=list)
    people: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Reach:
    """lost: ids of alerts that did not get through; those of `areas` are among them."""

    areas: Areas
    lost: frozenset[int]


def reach_of(callout: Callout, alerts: Iterable[Alert], at: datetime) -> Reach:
    """What is known at `at` (system's clock). `alerts`: all of the callout, whatever their state."""
    rows = list(alerts)
    texts = [row for row in rows if row.channel == "sms" and row.state != AlertState.QUEUED and _tells(row)]
    wait = _report_wait(texts)
    areas = _areas(callout, texts, at, wait)
    rest = [row for row in texts if row.pk not in areas.people and _left_at(row) <= at - wait]
    failed = {row.pk for row in rows if row.state == AlertState.UNDELIVERED}
    unsent = {row.pk for row in rows if is_unsent(row, at)}
    return Reach(areas, frozenset(areas.people | failed | unsent | _unreported(callout, rest)))


def is_unsent(alert: Alert, at: datetime) -> bool:
    """The gateway has not taken his text for UNSENT_AFTER."""
    return alert.channel == "sms" and alert.state == AlertState.QUEUED and alert.alerted_at <= at - UNSENT_AFTER


def _left_at(alert: Alert) -> datetime:
    return alert.sent_at or alert.alerted_at


def _tells(alert: Alert) -> bool:
    """Not of whom a release or the end took the time to answer."""
    return alert.state in WAITING or alert.delivered_at is not None or _answered(alert)


def _reported(alert: Alert) -> bool:
    return alert.delivered_at is not None or alert.state == AlertState.UNDELIVERED


def _answered(alert: Alert) -> bool:
    return alert.replied_at is not None or alert.checked_in_at is not None


def _report_wait(texts: Sequence[Alert]) -> timedelta:
    """After how long a report of this gateway is late, by those that came."""
    took = sorted(row.delivered_at - row.sent_at for row in texts if row.delivered_at and row.sent_at)
    if not took:
        return LEAST_WAIT
    return max(LEAST_WAIT, USUAL_TIMES * took[min(int(USUAL_SHARE * len(took)), len(took) - 1)])


# --- places -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Signs:
    """Ids of alerts. `judged` have waited long enough, `dead` of them gave no sign; `alive` are all that gave one."""

    judged: frozenset[int]
    dead: frozenset[int]
    alive: frozenset[int]


def _signs(texts: Sequence[Alert], at: datetime, wait: timedelta) -> _Signs:
    alive = frozenset(row.pk for row in texts if row.delivered_at is not None or _answered(row))
    failed = {row.pk for row in texts if row.state == AlertState.UNDELIVERED}
    judged = frozenset(row.pk for row in texts if _left_at(row) <= at - wait or row.pk in failed)
    return _Signs(judged, judged - alive, alive)


def _areas(callout: Callout, texts: Sequence[Alert], at: datetime, wait: timedelta) -> Areas:
    """Towns, and villages of other towns, in which nobody who was called by text has given a sign although elsewhere
    enough people did: so many that mere chance names any of the places tested less often than SURE."""
    soon, late = _signs(texts, at, wait), _signs(texts, at, max(wait, LONG_WAIT))
    if len(soon.dead) < FEWEST:
        return Areas()
    reported = {row.pk for row in texts if _reported(row)} & soon.judged
    homes = _homes(callout, {row.pk for row in texts})
    tested = [
        path for path, people in homes.items() if len(people & soon.judged) >= FEWEST and len(people) < len(texts)
    ]
    found, paths = Areas(), []
    for path in sorted(tested, key=lambda path: (path.count("/"), path)):
        people = homes[path]
        elsewhere = len(soon.judged) - len(soon.judged & people)
        reports = len(reported) - len(reported & people) >= REPORTING_SHARE * elsewhere
        if not people <= found.people and _is_no_chance(people, soon if reports else late, SURE / len(tested)):
            paths.append(path)
            found.people |= people
    found.names = _names(sorted(paths, key=lambda path: -len(homes[path])))
    return found


def _homes(callout: Callout, texts: Collection[int]) -> dict[str, frozenset[int]]:
    """Unit path -> alerts of those who live there; towns and what lies below, never the whole office."""
    rows = callout.alerts.filter(channel="sms").values_list("pk", "member__home_unit__path", "member__unit__path")
    homes: dict[str, set[int]] = defaultdict(set)
    for pk, home, served in rows:
        parts = (home or served).split("/")
        for size in range(2, len(parts) + 1):
            if pk in texts:
                homes["/".join(parts[:size])].add(pk)
    return {path: frozenset(people) for path, people in homes.items()}


def _names(paths: Sequence[str]) -> list[str]:
    places = {unit.path: unit.place or unit.name for unit in Unit.objects.filter(path__in=paths)} if paths else {}
    return [places[path] for path in paths]


def _is_no_chance(people: frozenset[int], signs: _Signs, sure: float) -> bool:
    judged = len(people & signs.judged)
    elsewhere = len(signs.judged) - judged
    if judged < FEWEST or not elsewhere or people & signs.alive:
        return False
    dead = len(signs.dead) - judged  # of them, all in the place are dead
    share = (dead + 1) / (elsewhere + 2)  # as if two more had been seen, one of each: three people prove little
    return bool(share**judged < sure)


# --- single people ------------------------------------------------------------------------------------------


def _unreported(callout: Callout, texts: Sequence[Alert]) -> set[int]:
    """Of texts whose report is late, those that are lost: none unless people without a report answer clearly less often.

    Compared within each wave, whose people have had the same time to answer, and summed over the waves: exact, so that a
    few people never tell anything."""
    silent = [row for row in texts if row.state == AlertState.NOTIFIED and not _reported(row)]
    if len(silent) < FEWEST:
        return set()
    by_telephone = set(callout.alerts.filter(replies__channel__in=("desk", "lead")).values_list("pk", flat=True))
    waves: dict[int, Counter[tuple[bool, bool]]] = defaultdict(Counter)
    for row in texts:
        if (
            row.state != AlertState.UNDELIVERED
            and row.pk not in by_telephone
            and (_answered(row) or row.state in WAITING)
        ):
            waves[row.wave_id][_reported(row), _answered(row)] += 1
    seen, chance = 0, np.ones(1)
    told = set()
    for wave, heads in waves.items():
        without = heads[False, True] + heads[False, False]
        reported = heads[True, True] + heads[True, False]
        if reported and without:
            told.add(wave)
            seen += heads[False, True]
            chance = np.convolve(chance, _draws(heads[False, True] + heads[True, True], without, reported))
    if chance[: seen + 1].sum() >= SURE:
        return set()
    return {row.pk for row in silent if row.wave_id in told}


def _draws(good: int, drawn: int, kept: int) -> np.ndarray:
    """(drawn + 1,): P(k of `good` answers fall on the `drawn` people without a report) when `kept` with one answer alike."""
    total, k = drawn + kept, np.arange(drawn + 1)
    bad = total - good
    ok = (k <= good) & (drawn - k <= bad)
    safe = np.where(ok, k, max(0, drawn - bad))
    logs = _choose(good, safe) + _choose(bad, drawn - safe) - _choose(total, np.array(drawn))
    return np.where(ok, np.exp(logs), 0.0)


def _choose(n: int, k: np.ndarray) -> np.ndarray:
    """Logarithm of n over k."""
    return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
