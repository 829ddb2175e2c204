"""From ORM rows to the planner's arrays: who could be called, who is and what he said, what is still needed by when.

Minutes inside the problem count from `at`; needs count from T0, so the minutes already gone are subtracted here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from muster.apps.incidents.blocks import blocks_of
from muster.apps.incidents.forecast import Standing, standing_of
from muster.apps.incidents.led import said_shares
from muster.apps.incidents.matching import heads_missing
from muster.apps.incidents.models import Alert, Callout, NeedLine
from muster.apps.incidents.models.callout import AlertState, CalloutState
from muster.apps.incidents.models.incident import Mode
from muster.apps.incidents.reach import reach_of
from muster.apps.incidents.states import GONE, OPEN, REFUSED, RUNNING
from muster.apps.incidents.texting import Texting, texting_of
from muster.apps.maps.reads import Roads, roads_at
from muster.apps.people.reads import MemberArrays, member_arrays
from muster.apps.plans.models import MusterPoint
from muster.apps.plans.ways import quickest, usable_of
from muster.apps.service.reads import Availability, Turnout, availability_at, committed_ids, resting_ids, turnout
from muster.planning.arrival import Trip, arrival_law
from muster.planning.problem import Candidates, Need, Problem
from muster.planning.units import Blocks

LATE_LINE_MINUTES = 20.0  # a line that missed its time still wants its people: replacements get this long


@dataclass(frozen=True, slots=True, eq=False)
class Bundle:
    """A problem and what its rows mean; `orders` is the need order of each line of the problem."""

    problem: Problem | None  # None once every line's time has passed and all were met, or without needs
    member_ids: np.ndarray
    alert_ids: np.ndarray  # 0 where not alerted
    posts: np.ndarray  # need order each alerted person is posted to, or was called for; 0 for none
    point_ids: np.ndarray  # nearest muster point of each row
    orders: tuple[int, ...]
    available: np.ndarray  # who may be called now
    caps: np.ndarray  # uint64 masks valid today
    missed: tuple[int, ...]  # need orders whose time has passed unmet
    met: tuple[int, ...]  # need orders whose time has passed and that were met
    roster_hash: str
    model_version: str
    excluded: dict[str, int]
    muted: np.ndarray  # whom a new alert does not reach for now (see `texting`)
    blocks: Blocks | None = None  # how people hang together, where units are called

    @property
    def without_channel(self) -> str:
        """The channel whose new alerts count for nothing; "" for none."""
        return "sms" if self.muted.any() else ""


def problem_for(callout: Callout, at: datetime, *, with_problem: bool = True) -> Bundle:
    """The callout's problem as of `at`. Three or four queries and array work; no per-member objects."""
    needs = list(callout.needs.select_related("capability"))
    arrays = member_arrays(at)
    said = turnout(arrays.ids, at)
    alerts = list(callout.alerts.all())
    live = [alert for alert in alerts if alert.state not in GONE and alert.state != AlertState.RELEASED]
    met, missed = _passed_lines(needs, alerts, arrays, callout.incident.t0, at)
    over = len(met) == len(needs) or not with_problem
    # Lines met in time are facts: they and the people seated on them leave the problem, whoever stays or goes now.
    settled = {alert.member_id for alert in live if alert.post_id in met}
    left = [need for need in needs if need.pk not in met]
    points = list(callout.muster_points.all())
    roads = roads_at(at)
    minutes, spread, nearest = _travel(roads, arrays, points)
    texting = texting_of(callout, alerts, arrays)
    out = _out_of(callout, alerts, arrays.ids, at)
    state = _Base(arrays, said, minutes, spread, usable_of(arrays) & out.callable, texting.muted, out.weeks)
    declined = [alert.member_id for alert in alerts if alert.state in REFUSED]
    # Who accepted and was released is still evidence that people come: without him a release would look like refusals.
    let_go = [a.member_id for a in alerts if a.state == AlertState.RELEASED and (a.replied_at or a.checked_in_at)]
    lost = reach_of(callout, alerts, at).lost | texting.unsent
    standing = standing_of(live, declined, arrays.ids, at, let_go, settled, said_shares(alerts), lost)
    problem = None if over else _problem(callout, state, standing, left, missed, at)
    order_of = {need.pk: need.order for need in needs}
    blocks = blocks_of(callout, arrays)
    return Bundle(
        problem=problem,
        member_ids=arrays.ids,
        alert_ids=standing.alert_ids,
        posts=_posts(live, arrays.ids, order_of),
        point_ids=nearest,
        available=state.available,
        caps=arrays.caps,
        orders=tuple(need.order for need in left),
        missed=tuple(sorted(order_of[pk] for pk in missed)),
        met=tuple(sorted(order_of[pk] for pk in met)),
        roster_hash=_roster_hash(arrays, said, needs, points, out, roads, blocks, texting),
        model_version=said.model_version,
        excluded=_excluded(arrays, needs, out, ~np.isfinite(minutes) & bool(points)),
        muted=texting.muted & state.available,
        blocks=blocks,
    )


def _posts(live: Sequence[Alert], ids: np.ndarray, order_of: dict[int, int]) -> np.ndarray:
    posts = np.zeros(len(ids), np.int64)
    for alert in live:
        row = int(np.searchsorted(ids, alert.member_id))
        if row < len(ids) and ids[row] == alert.member_id:
            posts[row] = order_of.get(alert.post_id or alert.need_id or 0, 0)
    return posts


@dataclass(frozen=True, slots=True, eq=False)
class _Base:
    arrays: MemberArrays
    said: Turnout
    minutes: np.ndarray
    spread: np.ndarray
    available: np.ndarray
    muted: np.ndarray
    weeks: Availability


def _passed_lines(
    needs: Sequence[NeedLine], alerts: Sequence[Alert], arrays: MemberArrays, t0: datetime, at: datetime
) -> tuple[set[int], set[int]]:
    """Primary keys of lines whose due time has passed: (met, missed), by the best matching of arrivals to posts."""
    gone = (at - t0).total_seconds() / 60
    passed = [need for need in needs if need.due_minutes < gone]
    came = [alert for alert in alerts if alert.checked_in_at is not None]
    if not passed:
        return set(), set()
    rows = arrays.rows_of([alert.member_id for alert in came])
    masks = dict(zip(arrays.ids[rows].tolist(), arrays.caps[rows].tolist(), strict=True))
    arrivals = [(masks.get(a.member_id, 0), (a.checked_in_at - t0).total_seconds() / 60) for a in came]
    missing = heads_missing(passed, arrivals)
    missed = {need.pk for need in passed if missing[need.pk]}
    return {need.pk for need in passed} - missed, missed


def _asked_elsewhere(callout: Callout) -> np.ndarray:
    """Members with an unanswered or accepted alert of another running callout: nobody is asked twice at once."""
    rows = Alert.objects.filter(
        callout__state__in=[*RUNNING, CalloutState.STOOD_DOWN], state__in=[*OPEN, AlertState.CHECKED_IN]
    )
    if not callout.incident.is_exercise:  # an exercise never keeps anybody from an actual callout
        rows = rows.filter(callout__incident__mode=Mode.ACTUAL)
    ids = rows.exclude(callout=callout).values_list("member_id", flat=True)
    return np.fromiter(ids, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class _Out:
    """Who may not be called, by reason (N,): taken by something, asked by another callout, resting, asked by this one
    already; and what the weeks of availability say."""

    busy: np.ndarray
    elsewhere: np.ndarray
    resting: np.ndarray
    asked: np.ndarray
    weeks: Availability

    @property
    def callable(self) -> np.ndarray:
        return ~self.busy & ~self.elsewhere & ~self.resting & ~self.asked & ~self.weeks.off


def _out_of(callout: Callout, alerts: Sequence[Alert], ids: np.ndarray, at: datetime) -> _Out:
    """Those whom this callout has asked are `asked` and nothing else: they stay in it."""
    exercise = callout.incident.is_exercise
    asked = np.isin(ids, np.array([alert.member_id for alert in alerts], np.int64))

    def among(members: Iterable[int]) -> np.ndarray:
        return np.isin(ids, np.array(sorted(members), np.int64)) & ~asked

    return _Out(
        busy=among(committed_ids(at, exercises=exercise)),
        elsewhere=np.isin(ids, _asked_elsewhere(callout)),
        resting=among(resting_ids(at, exercises=exercise)),
        asked=asked,
        weeks=availability_at(ids, at),
    )


def _travel(
    roads: Roads, arrays: MemberArrays, points: Sequence[MusterPoint]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(road minutes, log spread, muster point id) to each member's quickest muster point."""
    minutes, spread, nearest = quickest(roads, arrays, points)
    ids = np.array([point.pk for point in points], np.int64)
    return minutes, spread, ids[nearest] if points else np.zeros(len(arrays), np.int64)


def _problem(
    callout: Callout, base: _Base, standing: Standing, needs: Sequence[NeedLine], missed: set[int], at: datetime
) -> Problem:
    gone = (at - callout.incident.t0).total_seconds() / 60
    offset, *rest = arrival_law(base.said.preparation, Trip(base.minutes, base.spread))
    law = (offset + base.weeks.minutes, *rest)  # minutes to muster come before everything else
    show, offset, mu, sigma, loading, not_before = standing.laws(base.said, law)
    # Before approval they may still be chosen: somebody has to be on the list to be telephoned (see `solving`).
    muted = base.muted & (callout.state in RUNNING)
    candidates = Candidates(
        show=show,
        offset_minutes=offset,
        mu=mu,
        sigma=sigma,
        caps=base.arrays.caps,
        not_before_minutes=not_before,
        fixed=standing.fixed,
        available=base.available & ~standing.fixed & ~muted,
        loading=loading,
        town=base.arrays.town.astype(np.int16),
    )
    lines = tuple(
        Need(
            capability=need.capability.bit,
            people=need.people,
            due_minutes=LATE_LINE_MINUTES if need.pk in missed else need.due_minutes - gone,
        )
        for need in needs
    )
    mean, sd = standing.shock(base.said, base.arrays.town)
    return Problem(
        candidates=candidates, needs=lines, target=callout.target,
        rho=base.said.rho, rho_town=base.said.rho_town, shock_mean=mean, shock_sd=sd,
    )  # fmt: skip


def _roster_hash(
    arrays: MemberArrays,
    said: Turnout,
    needs: Sequence[NeedLine],
    points: Sequence[MusterPoint],
    out: _Out,
    roads: Roads,
    blocks: Blocks | None,
    texting: Texting,
) -> str:
    """Names everything the certificate rests on except the replies of this callout itself."""
    digest = hashlib.sha256()
    for part in (
        arrays.ids,
        arrays.caps,
        usable_of(arrays) & ~out.busy & ~out.elsewhere & ~out.resting,
        out.weeks.off,
        out.weeks.minutes,
        np.round(arrays.lon, 5),
        np.round(arrays.lat, 5),
    ):
        digest.update(np.ascontiguousarray(part).tobytes())
    digest.update(repr([(n.capability_id, n.people, n.due_minutes) for n in needs]).encode())
    digest.update(repr([(p.pk, p.lon, p.lat) for p in points]).encode())
    digest.update(said.model_version.encode())
    digest.update(roads.key.encode())
    if texting.stuck:
        digest.update(b"no texts")
    if blocks is not None:
        digest.update(blocks.unit.tobytes() + blocks.leader.tobytes())
        digest.update(repr((blocks.touch_cost, blocks.smallest)).encode())
    return digest.hexdigest()


def _excluded(arrays: MemberArrays, needs: Sequence[NeedLine], out: _Out, no_way: np.ndarray) -> dict[str, int]:
    """How many who hold or held a needed capability were left out, and why (disjoint, in this order).

    "off_duty" is the sum of "off_duty:work", "off_duty:family" …: reasons as they were given, "off_duty:" for none.
    """
    wanted = np.uint64(sum(1 << bit for bit in {need.capability.bit for need in needs}))
    holds = (arrays.caps & wanted) != 0
    lapsed = ~holds & ((arrays.lapsed & wanted) != 0)
    away = holds & arrays.away
    on_duty = holds & ~away & (out.busy | out.elsewhere)
    resting = holds & ~away & ~on_duty & out.resting
    off = holds & ~away & ~on_duty & ~resting & out.weeks.off & ~out.asked
    counts = {
        "away": int(away.sum()),
        "committed": int(on_duty.sum()),
        "lapsed": int(lapsed.sum()),
        "resting": int(resting.sum()),
        "off_duty": int(off.sum()),
        "cut_off": int((holds & ~away & ~on_duty & ~resting & ~off & no_way).sum()),
    }
    return counts | {f"off_duty:{reason}": count for reason, count in out.weeks.counts(off).items()}
