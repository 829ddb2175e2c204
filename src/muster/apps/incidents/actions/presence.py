"""Arriving and leaving. Whoever comes is checked in, counted and paid, also when he was not needed any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from muster.access.rights import Actor
from muster.apps.incidents.actions.common import lock, note, want_solve
from muster.apps.incidents.actions.replies import check_scope
from muster.apps.incidents.models import Alert, Callout, CheckIn, RollCallAnswer
from muster.apps.incidents.models.callout import AlertState, CalloutState
from muster.apps.incidents.posts import deal
from muster.apps.incidents.states import ALERT_STEPS, RUNNING, step
from muster.apps.people.reads import capability_masks
from muster.apps.service.actions import commit, end_turn, free, start_turn
from muster.apps.service.reads import committed_ids
from muster.core.errors import Conflict
from muster.jobs.clock import now


def check_in(
    actor: Actor, alert: Alert, where: str = "muster", method: str = "list", *, at: datetime | None = None
) -> CheckIn:
    """Check somebody in from the name list at the muster point or the scene.

    A second time changes nothing; somebody who was signed out and is back is here again. `at` is when he was seen, for
    what was noted without a network; else now.
    """
    check_scope(actor, alert)
    return _check_in(alert, where, method, actor.ref, at)


def check_in_by_token(alert: Alert, where: str = "muster") -> CheckIn:
    """The member himself, through the QR code at the muster point."""
    return _check_in(alert, where, "qr", f"member:{alert.member.number}")


@transaction.atomic
def _check_in(alert: Alert, where: str, method: str, by: str, at: datetime | None = None) -> CheckIn:
    callout = lock(alert.callout_id)
    row = Alert.objects.select_for_update().select_related("member").get(pk=alert.pk)
    done = CheckIn.objects.filter(alert_id=alert.pk).first()
    if done is not None and row.state == AlertState.CHECKED_IN:
        return done
    if callout.state not in RUNNING | {CalloutState.STOOD_DOWN}:
        raise Conflict("incidents.callout_over")
    moment = at or now()
    record = done or CheckIn(alert=row, at=moment, where=where, method=method, by=by)
    if done is None:
        record.save(force_insert=True)
    before = row.state
    row.state = step(ALERT_STEPS, row.state, AlertState.CHECKED_IN)
    row.checked_in_at, row.released_at = record.at, None  # who left and is back has arrived when he first came
    row.save(update_fields=["state", "checked_in_at", "released_at"])
    if row.member_id not in committed_ids(moment, exercises=callout.incident.is_exercise):
        commit([row.member_id], callout.ref, moment, callout.incident.is_exercise)
    start_turn(row.member, callout.ref, moment, callout.incident.is_exercise)
    seat(callout, row)
    payload = {"alert": row.pk, "where": where, "method": method, "before": before, "point": row.muster_point.letter}
    note(callout.incident, "alert.checked_in", by, payload=payload, person=row.member.number)
    want_solve(callout)
    return record


def seat(callout: Callout, newcomer: Alert) -> bool:
    """Give the newcomer a post; others may move if that fills one more. False when there is none for him.

    In-time posts come first, what is due first before the rest; who is late for all of them may still fill a line whose
    time has passed.
    """
    needs = sorted(callout.needs.select_related("capability"), key=lambda need: (need.due_minutes, need.order))
    checked_in = Alert.objects.filter(callout=callout, state=AlertState.CHECKED_IN)
    here = list(checked_in.only("pk", "member_id", "post_id", "checked_in_at"))
    masks = capability_masks(now(), [alert.member_id for alert in here])
    rank = {need.pk: place for place, need in enumerate(needs)}
    in_time: dict[int, frozenset[int]] = {}
    late: dict[int, frozenset[int]] = {}
    for alert in here:
        gone = (alert.checked_in_at - callout.incident.t0).total_seconds() / 60
        lines = [need for need in needs if masks.get(alert.member_id, 0) >> need.capability.bit & 1]
        in_time[alert.pk] = frozenset(rank[need.pk] for need in lines if gone <= need.due_minutes)
        late[alert.pk] = frozenset(rank[need.pk] for need in lines if gone > need.due_minutes)
    posted = {alert.pk: rank[alert.post_id] for alert in here if alert.post_id in rank and alert.pk != newcomer.pk}
    room = {rank[need.pk]: need.people for need in needs}
    changes = deal(in_time, posted, room, newcomer.pk) or deal(late, posted, room, newcomer.pk)
    for pk, place in changes.items():
        Alert.objects.filter(pk=pk).update(post_id=needs[place].pk)
    return bool(changes)


@transaction.atomic
def leave(actor: Actor, callout: Callout, alert_ids: Iterable[int]) -> int:
    """People leave the scene: their turn of duty ends. Returns how many left now."""
    row = lock(callout.pk)
    moment = now()
    here = row.alerts.filter(pk__in=list(alert_ids), state=AlertState.CHECKED_IN)
    alerts = here.select_related("member__unit", "member__home_unit")
    left = 0
    for alert in alerts:
        check_scope(actor, alert)
        alert.state = step(ALERT_STEPS, alert.state, AlertState.RELEASED)
        alert.released_at = moment
        alert.save(update_fields=["state", "released_at"])
        end_turn(alert.member, row.ref, moment)
        free([alert.member_id], row.ref, moment)
        note(row.incident, "alert.left", actor, payload={"alert": alert.pk}, person=alert.member.number)
        left += 1
    waiting = RollCallAnswer.objects.filter(roll_call__callout=row, roll_call__closed_at=None, state="expected")
    gone = [alert.pk for alert in alerts]
    waiting.filter(alert__in=gone).update(state="accounted", at=moment, by=actor.ref, note="left")
    if left and row.state in RUNNING:
        want_solve(row)
    return left
