"""The what-if of a callout that is over: its rows become the facts of `planning.what_if`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from muster.access.rights import Actor, Right, check
from muster.apps.incidents.models import Alert, Callout, Incident, NeedLine, SolveRun
from muster.apps.incidents.models.callout import AlertState, CalloutState
from muster.apps.incidents.reads import needs_met_in_time
from muster.apps.people.models import Capability
from muster.planning.what_if import MOST_EXTRA, LineFacts, LineWhatIf, spread, what_if

OVER = (CalloutState.STOOD_DOWN, CalloutState.CLOSED)


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """One need: what was, and what had been with `would.extra` more."""

    order: int
    capability: Capability
    facts: LineFacts
    would: LineWhatIf
    due_minutes: int


@dataclass(frozen=True, slots=True)
class Answer:
    """extra: people more in all; p: the chance that every post had been filled in time; came: of the extra in the mean."""

    extra: int
    p: float
    came: float
    met: bool
    lines: tuple[LineAnswer, ...]


def answer(incident: Incident, actor: Actor, *, more: int, order: int | None = None) -> Answer | None:
    """Had `more` people been called with the first wave, all for the need `order`, or spread as the first wave was (None).

    None while the callout runs, was never sent or has no needs. InvalidInput "planning.what_if" above MOST_EXTRA."""
    check(actor, Right.SEE_REVIEW)
    callout = incident.callout
    needs = list(callout.needs.select_related("capability"))
    if callout.state not in OVER or not needs or not callout.alerts.exists():
        return None
    facts = line_facts(callout, needs)
    called = [line.called for line in facts]
    extra = spread(more, called) if order is None else [more if need.order == order else 0 for need in needs]
    found = what_if(facts, extra, callout.target)
    lines = tuple(
        LineAnswer(need.order, need.capability, fact, would, need.due_minutes)
        for need, fact, would in zip(needs, facts, found.lines, strict=True)
    )
    return Answer(sum(extra), found.p, found.came, all(fact.missing == 0 for fact in facts), lines)


def line_facts(callout: Callout, needs: list[NeedLine]) -> list[LineFacts]:
    """What each line was: heads missing at its time, and of those called for it with the first wave how many came by then.

    Left out are those who were told not to come, and who was called through a later wave, since they had less time."""
    missing = needs_met_in_time(callout)
    alerts = list(callout.alerts.select_related("wave"))
    first = min(alert.wave.number for alert in alerts)
    told_off = [a.pk for a in alerts if a.state == AlertState.RELEASED and a.checked_in_at is None]
    counted = [a for a in alerts if a.wave.number == first and a.pk not in told_off]
    expected = _expected(callout)
    return [
        LineFacts(
            people=need.people,
            missing=missing[need.order],
            called=sum(a.need_id == need.pk for a in counted),
            came=sum(a.need_id == need.pk and _in_time(a, callout, need) for a in counted),
            expected_share=expected.get(need.order),
        )
        for need in needs
    ]


def _in_time(alert: Alert, callout: Callout, need: NeedLine) -> bool:
    due = callout.incident.t0 + timedelta(minutes=need.due_minutes)
    return alert.checked_in_at is not None and alert.checked_in_at <= due


def _expected(callout: Callout) -> dict[int, float]:
    """Need order -> share of those proposed for it that the model expected in time, by the solve that was approved."""
    wave = callout.waves.filter(origin="plan").select_related("solve_run").order_by("number").first()
    run: SolveRun | None = wave.solve_run if wave else None
    if run is None:
        return {}
    named = [order for _member, order in run.proposal]
    rows = {row["order"]: row["expected"] for row in run.per_line if row["expected"] is not None}
    return {order: min(1.0, rows[order] / named.count(order)) for order in rows if named.count(order)}


__all__ = ["MOST_EXTRA", "Answer", "LineAnswer", "answer", "line_facts"]
