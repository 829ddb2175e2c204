"""What the duty page shows, as plain frozen data: made by reads, drawn by templates, sent again when something changed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from muster.apps.people.models import Capability


def heads_short(people: int, expected: float) -> int:
    """Whole heads that a line lacks against what is expected at it; 0 when as many are expected as it needs."""
    return max(0, math.ceil(people - expected - 1e-9))


@dataclass(frozen=True, slots=True)
class LineView:
    """One need. Counts are people; `p` the chance that this line is filled in time, None before the first solve."""

    order: int
    capability: Capability
    people: int
    due_minutes: int  # from T0
    due_at: datetime
    alerted: int
    accepted: int  # accepted or en route, not yet here
    expected: float  # expected usable arrivals in time, those already here included
    on_scene: int
    p: float | None
    missing: int  # heads short of the need by what is expected, while it fails more often than not; else 0

    @property
    def short(self) -> bool:
        return self.missing > 0


@dataclass(frozen=True, slots=True)
class PeopleCounts:
    """Alerted people by state; the states are disjoint and add up to `called`."""

    called: int = 0
    checked_in: int = 0
    en_route: int = 0
    accepted: int = 0
    unclear: int = 0
    silent: int = 0  # queued, notified or delivered without an answer
    undelivered: int = 0
    declined: int = 0  # declined or withdrawn
    no_show: int = 0
    released: int = 0
    unaccounted: int = 0  # missing at the running roll call (also counted in checked_in)
    overdue: int = 0  # said that they come and are past their time (also counted in accepted and en_route)


@dataclass(frozen=True, slots=True)
class LedView:
    """Units called through their leads: how many, how many of them confirmed; people counted without a name, and people
    whose lead has not confirmed yet."""

    units: int
    confirmed: int
    unnamed: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """Whom the planner would alert now. `may_approve` is the viewer's right; `why_not` a stable code otherwise."""

    run_id: int
    count: int
    without_address: int
    p_low: float | None
    p_hat: float | None
    names: tuple[str, ...]  # at most 6
    by_line: tuple[tuple[Capability, int], ...]
    by_town: tuple[tuple[str, int], ...]
    may_approve: bool
    why_not: str = ""
    by_order: tuple[tuple[int, int], ...] = ()  # (need order, people to call for it); two lines may ask the same


@dataclass(frozen=True, slots=True)
class Repair:
    """A repair of a shortfall, certified: kind more_minutes | fewer_people | lower_target | train."""

    kind: str
    capability: Capability | None
    amount: float
    p_low: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The one sentence of the page. `word`: enough | at_risk | short | unknown; P in 0..1."""

    word: str
    p_low: float | None
    p_hat: float | None
    p_high: float | None
    target: float
    solved_at: datetime | None  # real time, for the age of the number
    solving: bool  # a newer state is waiting for its solve
    history: tuple[tuple[float, float], ...]  # (minutes since T0, p)
    conflict: tuple[Capability, ...]  # lines that compete for the same people
    repairs: tuple[Repair, ...]
    proposal: Proposal | None
    measured: bool = False  # every due time has passed: the number is a fact, not a forecast
    without_channel: str = ""  # "sms" while the gateway takes nothing: new alerts by text count for nothing


@dataclass(frozen=True, slots=True)
class Reason:
    """Something outside people's will that keeps those called from coming in time, as counts.

    kind: lane (a process of this system stands still; `names` its name, `minutes` since when) | unsent (the gateway has
    not taken `n` of `of` texts for `minutes`) | backlog (it takes texts; `n` of `of` have waited long and still do) | texts
    (`n` of `of` not delivered) | area (nothing is delivered and nobody answers in `names`; `n` called there) | unanswered
    (`of` texts count as delivered, only `n` were answered) | road (`names` is closed: `n` people need `minutes` more, the
    median; `lost` have no way left)."""

    kind: str
    n: int = 0
    of: int = 0
    minutes: int = 0
    lost: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the time list. `kind` picks the icon; `strong` and `sentence` are in the viewer's language."""

    seq: int
    at: datetime
    kind: str
    sentence: str
    strong: str = ""
    tone: str = ""  # ok | warn | bad | act


@dataclass(frozen=True, slots=True)
class PointView:
    """A muster point on the map and in the list."""

    letter: str
    name: str
    name_en: str
    lon: float
    lat: float
    arrived: int
    called: int


@dataclass(frozen=True, slots=True)
class Board:
    incident_id: int
    callout_id: int
    title: str
    kind: str
    place: str
    lon: float
    lat: float
    reporter: str
    exercise: bool
    state: str  # CalloutState
    incident_state: str
    t0: datetime
    now: datetime
    speed: float
    seq: int  # of the incident's journal stream: the resume point of the live page
    lines: tuple[LineView, ...]
    people: PeopleCounts
    verdict: Verdict
    points: tuple[PointView, ...]
    events: tuple[Event, ...]
    flags: tuple[str, ...]  # live_zone, controlled_airspace, gateway_ and relay_<what is wrong with it>
    approved_by: str
    approved_at: datetime | None
    stated_p: float | None
    releasable: int
    roll_call_id: int | None
    excluded: dict[str, int] = field(default_factory=dict)  # away, committed, lapsed, no_address …
    reasons: tuple[Reason, ...] = ()  # gravest first
    led: LedView | None = None
    relay_heard_at: datetime | None = None  # real time; beside the flag relay_silent
    closed_at: datetime | None = None  # of the incident

    @property
    def elapsed(self) -> timedelta:
        """Time since the call; once closed it stands."""
        return (self.closed_at or self.now) - self.t0

    @property
    def posts(self) -> int:
        return sum(line.people for line in self.lines)

    @property
    def on_scene_useful(self) -> int:
        return sum(line.on_scene for line in self.lines)
