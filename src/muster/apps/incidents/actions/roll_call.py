"""Accountability: everyone present answers within minutes or stands on the missing list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction

from muster.access.rights import Actor, Right, check
from muster.apps.incidents.actions.common import lock, note
from muster.apps.incidents.models import Callout, RollCall, RollCallAnswer
from muster.apps.incidents.models.callout import AlertState, CalloutState
from muster.apps.incidents.states import RUNNING
from muster.core.errors import Conflict, InvalidInput
from muster.jobs.clock import now

LIMIT = timedelta(minutes=3)
ANSWER_STATES = frozenset({"present", "accounted"})


@transaction.atomic
def start_roll_call(actor: Actor, callout: Callout) -> RollCall:
    """Expect everyone checked in to answer within 3 minutes. One roll call at a time: a running one is returned."""
    check(actor, Right.RECORD)
    row = lock(callout.pk)
    if row.state not in RUNNING | {CalloutState.STOOD_DOWN}:
        raise Conflict("incidents.callout_over")
    running = row.roll_calls.filter(closed_at=None).first()
    if running is not None:
        return running
    here = list(row.alerts.filter(state=AlertState.CHECKED_IN))
    if not here:
        raise InvalidInput("incidents.nobody_here")
    moment = now()
    roll_call = RollCall(callout=row, started_at=moment, due_at=moment + LIMIT, started_by=actor.ref)
    roll_call.save(force_insert=True)
    RollCallAnswer.objects.bulk_create(
        [RollCallAnswer(roll_call=roll_call, alert=alert, state="expected") for alert in here]
    )
    note(row.incident, "roll_call.started", actor, payload={"roll_call": roll_call.pk, "expected": len(here)})
    return roll_call


@transaction.atomic
def answer_roll_call(
    actor: Actor, roll_call: RollCall, alert_ids: Iterable[int], state: str = "present", remark: str = ""
) -> int:
    """Mark people present, or accounted for elsewhere (say where in `remark`). Returns how many were marked now."""
    check(actor, Right.RECORD)
    if state not in ANSWER_STATES:
        raise InvalidInput("incidents.roll_call_state", state=state)
    row = lock(roll_call.callout_id)
    open_call = row.roll_calls.filter(pk=roll_call.pk, closed_at=None).first()
    if open_call is None:
        raise Conflict("incidents.roll_call_closed")
    answers = open_call.answers.filter(alert_id__in=list(alert_ids), state="expected")
    ids = list(answers.values_list("alert_id", flat=True))
    answers.update(state=state, at=now(), by=actor.ref, note=remark[:80])
    if ids:
        note(
            row.incident,
            "roll_call.answered",
            actor,
            payload={"roll_call": open_call.pk, "alerts": ids, "state": state},
        )
    return len(ids)


@transaction.atomic
def close_roll_call(actor: Actor, roll_call: RollCall) -> RollCall:
    """Close it; whoever has not answered stays named as missing in the journal."""
    check(actor, Right.RECORD)
    row = lock(roll_call.callout_id)
    open_call = row.roll_calls.filter(pk=roll_call.pk, closed_at=None).first()
    if open_call is None:
        raise Conflict("incidents.roll_call_closed")
    open_call.closed_at = now()
    open_call.save(update_fields=["closed_at"])
    missing = list(open_call.answers.filter(state="expected").values_list("alert_id", flat=True))
    note(row.incident, "roll_call.closed", actor, payload={"roll_call": open_call.pk, "missing": missing})
    return open_call
