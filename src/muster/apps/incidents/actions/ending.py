"""Standing down, closing and signing off: nobody is forgotten, everybody who came is paid, the model learns."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from muster.access.rights import Actor, Right, check
from muster.apps.channels.actions import cancel_waiting, queue_message
from muster.apps.channels.models import OutMessage
from muster.apps.incidents import wording
from muster.apps.incidents.actions.common import lock, note
from muster.apps.incidents.led import perhaps_called
from muster.apps.incidents.models import Alert, Callout, Incident, RollCallAnswer
from muster.apps.incidents.models.callout import AlertState, CalloutState
from muster.apps.incidents.models.incident import IncidentState
from muster.apps.incidents.states import ALERT_STEPS, CALLOUT_STEPS, COMING, INCIDENT_STEPS, OPEN, step
from muster.apps.service.actions import LearnedAlert, free, learn
from muster.core.errors import Conflict
from muster.jobs.clock import now


@transaction.atomic
def stand_down(actor: Actor, callout: Callout) -> Callout:
    """End the callout: nobody further is expected, people under way are told, people here are to leave by list."""
    check(actor, Right.STAND_DOWN)
    row = lock(callout.pk)
    moment = now()
    row.state = step(CALLOUT_STEPS, row.state, CalloutState.STOOD_DOWN)
    row.stood_down_by, row.stood_down_at = actor.ref, moment
    row.save(update_fields=["state", "stood_down_by", "stood_down_at"])
    incident = row.incident
    incident.state = step(INCIDENT_STEPS, incident.state, IncidentState.DEMOBILISING)
    incident.save(update_fields=["state"])
    counts = _settle(row, actor)
    _tell_overdue(row)
    note(incident, "callout.stood_down", actor, payload=counts)
    return row


def _settle(callout: Callout, actor: Actor) -> dict[str, int]:
    """Every alert still open gets its end."""
    alerts = list(callout.alerts.filter(state__in=[*OPEN]).select_related("member", "need", "through"))
    return settle(callout, actor, alerts)


def _tell_overdue(callout: Callout) -> None:
    """Who was given up as overdue may still be under way: he is told as the others are."""
    for alert in callout.alerts.filter(state=AlertState.NO_SHOW).select_related("member"):
        if not OutMessage.objects.filter(ref=alert.ref, kind="stand_down").exists():
            queue_message(
                ref=alert.ref, kind="stand_down", member=alert.member, body=wording.stand_down_text(alert),
                exercise=callout.incident.is_exercise, at=now(),
            )  # fmt: skip


def settle(callout: Callout, actor: Actor, alerts: list[Alert]) -> dict[str, int]:
    """Open alerts get their end: silent ones no answer, accepted ones no-show or, when still due, told not to come."""
    moment = now()
    counts = {"no_answer": 0, "no_show": 0, "released": 0}
    cancel_waiting([alert.ref for alert in alerts])  # nobody is called to what has ended
    for alert in alerts:
        target = _end_of(alert, callout)
        told = alert.state in COMING or perhaps_called(alert)  # also who has not answered: he may be about to
        alert.state = step(ALERT_STEPS, alert.state, target)
        alert.released_at = moment if target == AlertState.RELEASED else None
        alert.save(update_fields=["state", "released_at"])
        free([alert.member_id], callout.ref, moment)
        if told:
            queue_message(
                ref=alert.ref, kind="stand_down", member=alert.member, body=wording.stand_down_text(alert),
                exercise=callout.incident.is_exercise, at=moment,
            )  # fmt: skip
        counts[target] += 1
        note(callout.incident, f"alert.{target}", actor, payload={"alert": alert.pk}, person=alert.member.number)
    return counts


def _end_of(alert: Alert, callout: Callout) -> str:
    if alert.state not in COMING:
        return AlertState.NO_ANSWER
    gone = (now() - callout.incident.t0).total_seconds() / 60
    due = alert.need.due_minutes if alert.need else 0
    late = alert.eta_at < now() if alert.eta_at else gone > due
    return AlertState.NO_SHOW if late else AlertState.RELEASED


def unaccounted(callout: Callout) -> list[Alert]:
    """People still on the spot by the books: checked in and not yet left."""
    return list(
        callout.alerts.filter(state=AlertState.CHECKED_IN).select_related("member").order_by("member__sort_pinyin")
    )


def _missing_at_roll_call(callout: Callout) -> int:
    """People of a running roll call who have neither answered nor been accounted for."""
    open_calls = RollCallAnswer.objects.filter(roll_call__callout=callout, roll_call__closed_at=None, state="expected")
    return open_calls.exclude(alert__state=AlertState.CHECKED_IN).count()


@transaction.atomic
def close_incident(actor: Actor, incident: Incident) -> Incident:
    """Close it. Refused while anybody is unaccounted for; the error says how many."""
    check(actor, Right.STAND_DOWN)
    row = lock(incident.callout.pk)
    left = len(unaccounted(row)) + _missing_at_roll_call(row)
    if left:
        raise Conflict("incidents.people_unaccounted", count=left)
    moment = now()
    row.state = step(CALLOUT_STEPS, row.state, CalloutState.CLOSED)
    row.closed_at = moment
    row.save(update_fields=["state", "closed_at"])
    for roll_call in row.roll_calls.filter(closed_at=None):
        roll_call.closed_at = moment
        roll_call.save(update_fields=["closed_at"])
    held = row.incident
    held.state = step(INCIDENT_STEPS, held.state, IncidentState.CLOSED)
    held.closed_at = moment
    held.save(update_fields=["state", "closed_at"])
    came = row.alerts.exclude(checked_in_at=None).count()
    note(held, "incident.closed", actor, payload={"came": came, "unaccounted": 0})
    return held


@transaction.atomic
def review_done(actor: Actor, incident: Incident) -> Incident:
    """Sign the review; the callout's answers go to the response model's data."""
    check(actor, Right.STAND_DOWN)
    row = lock(incident.callout.pk)
    held = row.incident
    held.state = step(INCIDENT_STEPS, held.state, IncidentState.REVIEWED)
    held.save(update_fields=["state"])
    learnt = learn(row.ref, _experience(row), now(), exercise=held.is_exercise, actor=actor.ref)
    note(held, "incident.reviewed", actor, payload={"learnt": learnt})
    return held


def _experience(callout: Callout) -> list[LearnedAlert]:
    """One row per alert in the shape of past alerts; people released early taught nothing about coming."""
    alerts = callout.alerts.prefetch_related("replies")
    return [_lesson(a) for a in alerts if a.state != AlertState.RELEASED or a.checked_in_at is not None]


def _lesson(alert: Alert) -> LearnedAlert:
    answers = sorted(
        (r for r in alert.replies.all() if r.counted and r.answer != "unclear"), key=lambda reply: reply.pk
    )
    last = answers[-1].answer if answers else ""
    came = alert.checked_in_at is not None
    accepted = came or last in {"accept", "en_route"}
    return LearnedAlert(
        member_id=alert.member_id,
        called_at=alert.alerted_at,
        channel=alert.channel,
        delivered=bool(alert.delivered_at or answers or came),
        reply="accepted" if accepted else ("declined" if last == "decline" else "none"),
        reply_minutes=_minutes(alert, answers[0].at) if answers else None,
        arrived_minutes=_minutes(alert, alert.checked_in_at) if alert.checked_in_at else None,
    )


def _minutes(alert: Alert, at: datetime) -> float:
    return round((at - alert.alerted_at).total_seconds() / 60, 2)
