"""The review of a callout, from its rows and its journal: what was promised, what happened, what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from muster.access.rights import Actor, Right, check
from muster.apps.channels.reads import ChannelFigures, channel_figures
from muster.apps.incidents.board import Event
from muster.apps.incidents.models import Alert, Callout, Incident, NeedLine, Reply, SolveRun
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.reads import needs_met_in_time
from muster.apps.incidents.reads.events import names_for
from muster.apps.incidents.sentences import event_of
from muster.apps.people.models import Capability, Unit
from muster.apps.people.reads import capability_masks
from muster.apps.people.reads.places import town_names
from muster.apps.service.reads import PayLine, pay_lines, pay_total
from muster.core.errors import InvalidInput
from muster.core.units import minutes_between
from muster.journal.models import Entry
from muster.web.show import label

LATE_MINUTES = 2.0  # a text that left later than this after the order is late: the first answers are due by then
TOLD_ONE_BY_ONE = ("alert.", "roll_call.answered")


@dataclass(frozen=True, slots=True)
class LineResult:
    """One need as it turned out; `missing` heads at its due time, 0 when met."""

    capability: Capability
    people: int
    due_minutes: int
    missing: int


@dataclass(frozen=True, slots=True)
class TownPay:
    """Pay of the people of one town or team; `employer_paid` counts days whose wages the employer goes on paying."""

    name: str
    days: int
    employer_paid: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ChannelResult:
    """How one channel did: its messages, how many people answered, the median minutes to the first answer, and how many
    people's messages left more than LATE_MINUTES after the order."""

    figures: ChannelFigures
    answered: int
    reply_minutes: float | None
    late: int


@dataclass(frozen=True, slots=True)
class Review:
    """Minutes count from T0; probabilities are 0..1; money in CNY. None where there is nothing to say."""

    incident: Incident
    callout: Callout
    lines: tuple[LineResult, ...]
    came: tuple[float, ...]  # minutes of arrival, ascending
    full_at: float | None  # minute in which the last post was filled
    called: int
    accepted: int
    no_shows: int
    released_early: int
    still_here: int
    unaccounted: int  # missing at the last roll call
    roll_call_seconds: int | None  # from its start to the last answer
    stated_p: float | None
    stated_low: float | None
    band: dict[str, Sequence[float]]
    history: tuple[tuple[float, float], ...]
    pay: tuple[PayLine, ...]
    pay_missing: bool  # no rate is on record for that day
    towns: tuple[TownPay, ...]
    channels: tuple[ChannelResult, ...]
    contradictions: int
    events: tuple[Event, ...]

    @property
    def posts(self) -> int:
        return sum(line.people for line in self.lines)

    @property
    def filled(self) -> int:
        """Posts filled by their due times."""
        return sum(line.people - line.missing for line in self.lines)

    @property
    def met(self) -> bool:
        return bool(self.lines) and all(line.missing == 0 for line in self.lines)

    @property
    def surplus(self) -> int:
        return max(0, len(self.came) - self.posts)

    @property
    def due_minutes(self) -> int:
        """When the last line was due."""
        return max((line.due_minutes for line in self.lines), default=0)

    @property
    def person_days(self) -> int:
        return sum(len(line.days) for line in self.pay)

    @property
    def amount(self) -> Decimal:
        return pay_total(self.pay)

    @property
    def lasted_minutes(self) -> float | None:
        closed = self.incident.closed_at
        return None if closed is None else minutes_between(self.incident.t0, closed)


def review(incident: Incident, actor: Actor) -> Review:
    """Everything the review page shows; about fifteen queries, whatever the size of the callout."""
    check(actor, Right.SEE_REVIEW)
    callout = incident.callout
    alerts = list(callout.alerts.all())
    needs = list(callout.needs.select_related("capability"))
    missing = needs_met_in_time(callout)
    first = _approved_run(callout)
    pay, pay_missing = _pay(callout)
    unaccounted, seconds = _roll_call(callout)
    return Review(
        incident=incident,
        callout=callout,
        lines=tuple(LineResult(n.capability, n.people, n.due_minutes, missing[n.order]) for n in needs),
        came=tuple(sorted(minutes_between(incident.t0, a.checked_in_at) for a in alerts if a.checked_in_at)),
        full_at=full_at(incident, alerts, needs),
        called=len(alerts),
        accepted=_accepted(callout),
        no_shows=_count(alerts, AlertState.NO_SHOW),
        released_early=sum(a.state == AlertState.RELEASED and a.checked_in_at is None for a in alerts),
        still_here=_count(alerts, AlertState.CHECKED_IN),
        unaccounted=unaccounted,
        roll_call_seconds=seconds,
        stated_p=first.proposed_p_hat if first else callout.stated_p,
        stated_low=callout.stated_p,
        band=first.band if first else {},
        history=_history(callout, first),
        pay=tuple(pay),
        pay_missing=pay_missing,
        towns=tuple(by_town(pay)),
        channels=tuple(_channels(callout, alerts)),
        contradictions=sum(a.contradicted for a in alerts),
        events=tuple(_story(incident, actor)),
    )


def _count(alerts: Iterable[Alert], state: str) -> int:
    return sum(alert.state == state for alert in alerts)


def _accepted(callout: Callout) -> int:
    """People who said at least once that they come."""
    said = Reply.objects.filter(alert__callout=callout, answer__in=["accept", "en_route"])
    return said.values("alert").distinct().count()


def _approved_run(callout: Callout) -> SolveRun | None:
    """The solve that the first approval rested on; None when everybody was picked by hand."""
    wave = callout.waves.filter(origin="plan").select_related("solve_run").order_by("number").first()
    return wave.solve_run if wave else None


def full_at(incident: Incident, alerts: Iterable[Alert], needs: Sequence[NeedLine]) -> float | None:
    """Minute of the arrival with which every post was filled by a qualified person in time; None if that never was.

    Found by bisection over the arrivals: whoever comes later never empties a post.
    """
    came = sorted((a for a in alerts if a.checked_in_at), key=lambda a: a.checked_in_at)
    posts = [need for need in needs for _ in range(need.people)]
    if not posts or len(came) < len(posts):
        return None
    masks = capability_masks(incident.t0, [a.member_id for a in came])
    minutes = [minutes_between(incident.t0, a.checked_in_at) for a in came]
    fits = np.array(
        [
            [bool(masks.get(a.member_id, 0) >> post.capability.bit & 1) and m <= post.due_minutes for post in posts]
            for a, m in zip(came, minutes, strict=True)
        ]
    )
    low, high = len(posts), len(came)
    if not _fills(fits[:high]):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _fills(fits[:middle]) else (middle + 1, high)
    return minutes[low - 1]


def _fills(fits: np.ndarray) -> bool:
    return bool((maximum_bipartite_matching(csr_matrix(fits), perm_type="row") >= 0).all())


def _roll_call(callout: Callout) -> tuple[int, int | None]:
    """(still missing, seconds until the last answer) of the last roll call; (0, None) when there was none."""
    last = callout.roll_calls.order_by("-pk").first()
    if last is None:
        return 0, None
    answers = list(last.answers.values_list("state", "at"))
    missing = sum(state == "expected" for state, _at in answers)
    moments: list[datetime] = [at for _state, at in answers if at is not None]
    return missing, int((max(moments) - last.started_at).total_seconds()) if moments else None


def _history(callout: Callout, first: SolveRun | None) -> tuple[tuple[float, float], ...]:
    """(minute, P) from the promise at approval on."""
    t0 = callout.incident.t0
    start = [] if first is None or first.proposed_p_hat is None else [(first.at, first.proposed_p_hat)]
    runs = callout.solve_runs.exclude(p_hat=None).order_by("pk")
    if callout.approved_at is not None:
        runs = runs.filter(at__gte=callout.approved_at)
    points = [*start, *runs.values_list("at", "p_hat")]
    return tuple((minutes_between(t0, at), p) for at, p in points)


def _pay(callout: Callout) -> tuple[list[PayLine], bool]:
    try:
        return pay_lines(callout.ref), False
    except InvalidInput as error:
        if error.code != "service.no_rate":
            raise
        return [], True


def by_town(lines: Iterable[PayLine]) -> list[TownPay]:
    """Pay by town or specialist team, the largest first."""
    names = town_names()
    sums: dict[str, list[PayLine]] = {}
    for line in lines:
        sums.setdefault(town_of(line.member.unit, names), []).append(line)
    rows = [
        TownPay(
            name=name,
            days=sum(len(line.days) for line in held),
            employer_paid=sum(len(line.days) for line in held if line.employer_paid),
            amount=pay_total(held),
        )
        for name, held in sums.items()
    ]
    return sorted(rows, key=lambda row: (-row.days, row.name))


def town_of(unit: Unit, names: dict[str, str]) -> str:
    """Name of the nearest unit at or above `unit` that `names` (path -> name) knows, else the unit's own."""
    parts = unit.path.split("/")
    paths = ("/".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((names[path] for path in paths if path in names), label(unit))


def _channels(callout: Callout, alerts: Sequence[Alert]) -> list[ChannelResult]:
    # newest first, so that the first answer of each person is the one that stays
    firsts = dict(Reply.objects.filter(alert__callout=callout).order_by("-pk").values_list("alert", "at"))
    results = []
    for figures in channel_figures([alert.ref for alert in alerts]):
        own = [a for a in alerts if a.channel == figures.channel and a.pk in firsts]
        waited = [minutes_between(a.sent_at or a.alerted_at, firsts[a.pk]) for a in own]
        late = sum(a.channel == figures.channel and left_late(a) for a in alerts)
        results.append(ChannelResult(figures, len(own), median(waited) if waited else None, late))
    return results


def left_late(alert: Alert) -> bool:
    """Whether the message left too long after the order; one that never left counts as failed or waiting, not as late."""
    return alert.sent_at is not None and minutes_between(alert.alerted_at, alert.sent_at) > LATE_MINUTES


def _story(incident: Incident, actor: Actor) -> list[Event]:
    """The turns of the story in order of time: orders, solves, roll calls; not the people one by one."""
    entries = Entry.objects.filter(stream__name=incident.stream).order_by("seq")
    for prefix in TOLD_ONE_BY_ONE:
        entries = entries.exclude(action__startswith=prefix)
    held = list(entries)
    names = names_for(held, actor)
    return [event_of(entry, names) for entry in held]
