"""The facts of a callout under the four headings of a review, each with its numbers; what is not as it should be is marked.

A fact is a code, its figures and whether it is bad; its sentence is made in `words`, in the reader's language. Facts hold
counts only: nobody's name stands in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from muster.apps.channels.models import ContactFinding, FindingState
from muster.apps.command.models import RequestState, TaskState
from muster.apps.command.reads.clocks import clocks
from muster.apps.incidents.models import Alert, Incident
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.review import LATE_MINUTES, ChannelResult, Review
from muster.core.units import minutes_between

APPROVE_MINUTES = 5  # from the call to the approval
ROLL_CALL_SECONDS = 180
LOW_DELIVERY = 0.9
ETA_MINUTES = 10  # so much later than said is late
ETA_SHARE = 0.2  # more than that share of them is a finding
LONG_NOTED = 30  # days after the end in which a number that turns out wrong still belongs to the callout

COMMAND, COORDINATION, MOBILITY, SUPPORT = "command", "coordination", "mobility", "support"


@dataclass(frozen=True, slots=True)
class Fact:
    """`key` tells facts of the same code apart (the need line, the channel); figures: plain numbers and codes."""

    heading: str
    code: str
    figures: dict[str, Any]
    bad: bool = False
    key: str = ""

    @property
    def ref(self) -> str:
        """What a finding remembers it by: no fact becomes two findings."""
        return f"{self.code}:{self.key}" if self.key else self.code


def facts_of(review: Review, at: datetime) -> list[Fact]:
    """Everything known, in the order of the page. `at`: the moment that what still runs is judged by."""
    alerts = list(review.callout.alerts.all())
    end = review.incident.closed_at or at
    return [
        *_command(review, end),
        *_coordination(review, alerts),
        *_mobility(review, alerts),
        *_support(review, end),
    ]


def _command(review: Review, end: datetime) -> Iterator[Fact]:
    incident, callout = review.incident, review.callout
    if callout.approved_at is not None:
        minutes = minutes_between(incident.t0, callout.approved_at)
        figures = {"minutes": round(minutes, 1), "aim": APPROVE_MINUTES}
        yield Fact(COMMAND, "approved_after", figures, minutes > APPROVE_MINUTES)
    yield from _reports(incident, end)
    if review.came:
        if review.roll_call_seconds is None:
            yield Fact(COMMAND, "no_roll_call", {"n": len(review.came)}, bad=True)
        else:
            slow = review.roll_call_seconds > ROLL_CALL_SECONDS or review.unaccounted > 0
            yield Fact(
                COMMAND, "roll_call", {"seconds": review.roll_call_seconds, "n": review.unaccounted}, slow
            )  # fmt: skip
    states = list(incident.tasks.values_list("state", flat=True))
    left = sum(state not in (TaskState.COMPLETED, TaskState.DEBRIEFED) for state in states)
    if states:
        yield Fact(COMMAND, "tasks", {"n": left, "of": len(states)}, left > 0)


def _reports(incident: Incident, end: datetime) -> Iterator[Fact]:
    due = [clock for clock in clocks(incident, end) if clock.done_at or clock.due_at <= end]
    if due:
        late = sum(clock.done_at is None or clock.done_at > clock.due_at for clock in due)
        yield Fact(COMMAND, "reports", {"n": late, "of": len(due)}, late > 0)


def _coordination(review: Review, alerts: list[Alert]) -> Iterator[Fact]:
    if not alerts:
        return
    yield Fact(COORDINATION, "accepted", {"n": review.accepted, "of": review.called})
    silent = sum(alert.state == AlertState.NO_ANSWER for alert in alerts)
    yield Fact(COORDINATION, "silent", {"n": silent, "of": review.called})
    yield Fact(COORDINATION, "no_shows", {"n": review.no_shows, "of": review.accepted}, review.no_shows > 0)
    if review.contradictions:
        yield Fact(COORDINATION, "contradictions", {"n": review.contradictions}, bad=True)
    if review.released_early:
        yield Fact(COORDINATION, "released", {"n": review.released_early})


def _mobility(review: Review, alerts: list[Alert]) -> Iterator[Fact]:
    for order, line in enumerate(review.lines, start=1):
        if line.missing:
            figures = {"slug": line.capability.slug, "n": line.missing, "of": line.people, "due": line.due_minutes}
            yield Fact(MOBILITY, "line_missed", figures, bad=True, key=str(order))
    if review.lines:
        full = None if review.full_at is None else round(review.full_at, 1)
        yield Fact(MOBILITY, "came", {"n": len(review.came), "posts": review.posts, "full": full})
    yield from _against_forecast(review)
    late = [a for a in alerts if a.eta_at and a.checked_in_at and a.checked_in_at - a.eta_at > _ETA_SLACK]
    told = sum(a.eta_at is not None and a.checked_in_at is not None for a in alerts)
    if told:
        figures = {"n": len(late), "of": told, "minutes": ETA_MINUTES}
        yield Fact(MOBILITY, "later_than_said", figures, len(late) > ETA_SHARE * told)


_ETA_SLACK = timedelta(minutes=ETA_MINUTES)


def _against_forecast(review: Review) -> Iterator[Fact]:
    """Arrivals at the last due time beside the 90 % band of the approval."""
    minutes = list(review.band.get("minutes", ()))
    if not minutes or not review.lines:
        return
    at = min(range(len(minutes)), key=lambda point: abs(minutes[point] - review.due_minutes))
    came = sum(minute <= minutes[at] for minute in review.came)
    low, high = round(review.band["low"][at]), round(review.band["high"][at])
    figures = {"n": came, "low": low, "high": high, "minute": round(minutes[at])}
    yield Fact(MOBILITY, "forecast", figures, came < low)


def _support(review: Review, end: datetime) -> Iterator[Fact]:
    for channel in review.channels:
        yield from _channel(channel)
    yield from _numbers(review, end)
    states = list(review.incident.requests.exclude(state=RequestState.CANCELLED).values_list("state", flat=True))
    left = sum(state != RequestState.ARRIVED for state in states)
    if states:
        yield Fact(SUPPORT, "requests", {"n": left, "of": len(states)}, left > 0)
    if review.pay_missing and review.came:
        yield Fact(SUPPORT, "pay_missing", {}, bad=True)


def _channel(channel: ChannelResult) -> Iterator[Fact]:
    name, figures = channel.figures.channel, channel.figures
    if name == "call_list":
        return
    if figures.delivered_share is not None:
        told = {"channel": name, "share": figures.delivered_share, "of": figures.messages}
        yield Fact(SUPPORT, "delivered", told, figures.delivered_share < LOW_DELIVERY, key=name)
    if figures.failed:
        yield Fact(
            SUPPORT, "failed", {"channel": name, "n": figures.failed, "of": figures.messages}, bad=True, key=name
        )
    if channel.late:
        late = {"channel": name, "n": channel.late, "minutes": int(LATE_MINUTES)}
        yield Fact(SUPPORT, "late", late, bad=True, key=name)


def _numbers(review: Review, end: datetime) -> Iterator[Fact]:
    """Numbers of the people called that were found wrong in this callout or soon after it."""
    rows = ContactFinding.objects.filter(
        member__in=review.callout.alerts.values("member"),
        raised_at__gte=review.incident.t0,
        raised_at__lte=end + timedelta(days=LONG_NOTED),
    )
    states = list(rows.exclude(state=FindingState.DISMISSED).values_list("state", flat=True))
    if states:
        left = sum(state == FindingState.RAISED for state in states)
        yield Fact(SUPPORT, "wrong_numbers", {"n": len(states), "open": left}, bad=True)
