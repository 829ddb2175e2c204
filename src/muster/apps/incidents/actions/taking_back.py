"""Taking back a check-in that was a mistake: a wrong tick must not leave somebody on the list of those who are here."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from muster.access.rights import Actor
from muster.apps.channels.models import MessageState, OutMessage
from muster.apps.incidents.actions.common import lock, note, want_solve
from muster.apps.incidents.actions.ending import settle
from muster.apps.incidents.actions.presence import seat
from muster.apps.incidents.actions.replies import NEWS, check_scope
from muster.apps.incidents.models import Alert, Callout, CheckIn, RollCallAnswer
from muster.apps.incidents.models.callout import AlertState, CalloutState
from muster.apps.incidents.states import COMING, OPEN, RUNNING, TAKEN_BACK, WAITING, step
from muster.apps.service.actions import free, void_turn
from muster.core.errors import Conflict
from muster.jobs.clock import now
from muster.journal.models import Entry


@transaction.atomic
def take_back_check_in(actor: Actor, alert: Alert, reason: str = "") -> Alert:
    """The person was never here: his alert is again what it was before, his turn of duty and his post are void.

    Only while nothing later was written about him. Errors (Conflict): "incidents.callout_over" once the incident is
    closed, "incidents.not_here" when he is not checked in, "incidents.was_here_before" when he had left and was checked
    in again (sign him out instead), "incidents.answered_roll_call" when a roll call found him present.
    """
    check_scope(actor, alert)
    callout = lock(alert.callout_id)
    row = Alert.objects.select_for_update().select_related("member").get(pk=alert.pk)
    record = _mistake(callout, row)
    moment = now()
    was = {"at": record.at.isoformat(), "where": record.where, "method": record.method, "by": record.by}
    row.state, row.released_at = _state_before(callout, row)
    row.checked_in_at = row.post = None
    row.save(update_fields=["state", "checked_in_at", "released_at", "post"])
    record.delete()
    void_turn(row.member, callout.ref, moment, actor=actor.ref)
    if row.state not in COMING:
        free([row.member_id], callout.ref, moment)
    expected = RollCallAnswer.objects.filter(alert=row, roll_call__closed_at=None, state="expected")
    expected.update(state="accounted", at=moment, by=actor.ref, note="never_here")
    _fill_his_post(callout)
    note(
        callout.incident, "alert.check_in_taken_back", actor, person=row.member.number,
        payload={"alert": row.pk, "state": row.state, "was": was}, private={"reason": reason[:200]} if reason else None,
    )  # fmt: skip
    if callout.state in RUNNING:
        want_solve(callout)
    elif row.state in OPEN:  # the others got their end at the stand-down; he gets it now, and is told
        settle(callout, actor, [row])
    return row


def _mistake(callout: Callout, row: Alert) -> CheckIn:
    """The check-in to be taken back, or why it can not be."""
    if callout.state not in RUNNING | {CalloutState.STOOD_DOWN}:
        raise Conflict("incidents.callout_over")
    record = CheckIn.objects.filter(alert=row).first()
    if record is None or row.state != AlertState.CHECKED_IN:
        raise Conflict("incidents.not_here")
    if _entries(callout, row, "alert.left").filter(at__gte=record.at).exists():
        raise Conflict("incidents.was_here_before")
    if RollCallAnswer.objects.filter(alert=row, state="present", roll_call__started_at__gte=record.at).exists():
        raise Conflict("incidents.answered_roll_call")
    return record


def _entries(callout: Callout, row: Alert, action: str) -> object:
    found = Entry.objects.filter(stream__name=callout.incident.stream, action=action, person=row.member.number)
    return found.order_by("-seq")


def _state_before(callout: Callout, row: Alert) -> tuple[str, datetime | None]:
    """State before the check-in, as the journal kept it, and when he was told not to come, if he was.

    Answers given meanwhile did not count and change nothing; news of his message did go on.
    """
    before = str(_entries(callout, row, "alert.checked_in")[0].payload["before"])
    if before in WAITING:
        news = OutMessage.objects.filter(ref=row.ref, kind="alert").exclude(state=MessageState.CALL_LIST)
        before = NEWS.get(news.values_list("state", flat=True).first(), before)
    told = _entries(callout, row, "alert.released").first() if before == AlertState.RELEASED else None
    return step({AlertState.CHECKED_IN: TAKEN_BACK}, row.state, before), told.at if told else None


def _fill_his_post(callout: Callout) -> None:
    """One post may be free now: who came first of those without a post gets it, if he or a chain of others can."""
    here = callout.alerts.filter(state=AlertState.CHECKED_IN, post=None).order_by("checked_in_at", "pk")
    for alert in here:
        if seat(callout, alert):
            return
