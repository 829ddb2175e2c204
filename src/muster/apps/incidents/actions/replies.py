"""Replies and delivery news. Every answer is kept as it came; only those that count change the alert's state."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from muster.access.rights import Actor, Right, check
from muster.apps.channels.actions import queue_message, stop_following
from muster.apps.channels.models import MessageState, OutMessage
from muster.apps.incidents import wording
from muster.apps.incidents.actions.common import lock, note, want_solve
from muster.apps.incidents.models import Alert, Callout, Reply
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.states import ALERT_STEPS, COMING, REFUSED, RUNNING, WAITING, step
from muster.apps.service.actions import commit, free
from muster.apps.service.reads import committed_ids
from muster.core.errors import InvalidInput, NotAllowed
from muster.jobs.clock import now

ANSWERS = frozenset({"accept", "decline", "unclear", "en_route"})
COMES = frozenset({"accept", "en_route"})
LONGEST_ETA_MINUTES = 24 * 60


@transaction.atomic
def record_reply(
    alert: Alert,
    *,
    answer: str,
    channel: str,
    by: str,
    eta_minutes: int | None = None,
    reason: str = "",
    text: str = "",
    at: datetime | None = None,
) -> Reply:
    """Keep one answer of the alerted member. It may change until check-in; late, double and contradictory ones are marked.

    answer: accept | decline | unclear | en_route; eta_minutes from now; by: journal reference of who gave or entered it.
    """
    if answer not in ANSWERS or (eta_minutes is not None and not 0 <= eta_minutes <= LONGEST_ETA_MINUTES):
        raise InvalidInput("incidents.reply_not_understood", answer=answer)
    callout = lock(alert.callout_id)
    row = Alert.objects.select_for_update().select_related("member").get(pk=alert.pk)
    moment = at or now()
    remark = _remark(callout, row, answer, eta_minutes, moment)
    counted = remark in {"", "contradicts"}
    reply = Reply(
        alert=row, at=moment, channel=channel, answer=answer, eta_minutes=eta_minutes, reason=reason[:40],
        text=text[:200], by=by, counted=counted, note=remark,
    )  # fmt: skip
    reply.save(force_insert=True)
    if counted:
        _apply(callout, row, reply)
        stop_following(row.ref)
        want_solve(callout)
    payload = {
        "alert": row.pk, "answer": answer, "eta_minutes": eta_minutes,
        "channel": channel, "counted": counted, "note": remark, "state": row.state,
    }  # fmt: skip
    said = {"reason": reply.reason} if reply.reason else None
    note(callout.incident, "alert.replied", by, payload=payload, person=row.member.number, private=said)
    if channel != "desk" and answer in COMES and remark in {"closed", "late"}:
        _keep_from_coming(callout, row)
    return reply


def _keep_from_coming(callout: Callout, alert: Alert) -> None:
    """Somebody says that he comes who is not needed any more: he is told so, once, however often he says it.

    Whoever has been here knows better than a text. Who stands on the list of those to be told by telephone stands there
    once.
    """
    sent = OutMessage.objects.filter(ref=alert.ref)
    by_telephone = sent.filter(kind__in=("release", "stand_down"), state=MessageState.CALL_LIST)
    if alert.checked_in_at is not None or by_telephone.exists() or sent.filter(kind="thanks").exists():
        return
    queue_message(
        ref=alert.ref, kind="thanks", member=alert.member, body=wording.too_late_text(alert),
        exercise=callout.incident.is_exercise, at=now(),
    )  # fmt: skip


def _remark(callout: Callout, alert: Alert, answer: str, eta_minutes: int | None, at: datetime) -> str:
    """Why a reply does not count ("closed", "late", "overtaken", "elsewhere", "double"), or "contradicts", or ""."""
    if callout.state not in RUNNING:
        return "closed"
    if alert.state in {AlertState.CHECKED_IN, AlertState.RELEASED}:
        return "late"
    if alert.replied_at is not None and at < alert.replied_at:
        return "overtaken"  # it was long under way; he has said something newer since
    if answer in COMES and alert.state not in COMING and alert.member_id in _taken(callout):
        return "elsewhere"
    last = alert.replies.filter(counted=True).order_by("-id").first()
    if last is None:
        return ""
    if last.answer == answer and (eta_minutes is None or last.eta_minutes == eta_minutes):
        return "double"
    if {last.answer, answer} & {"accept", "en_route"} and "decline" in {last.answer, answer}:
        return "contradicts"
    return ""


def _taken(callout: Callout) -> set[int]:
    return committed_ids(now(), exercises=callout.incident.is_exercise)


_TARGETS = {
    "accept": AlertState.ACCEPTED,
    "decline": AlertState.DECLINED,
    "unclear": AlertState.UNCLEAR,
    "en_route": AlertState.EN_ROUTE,
}


def _apply(callout: Callout, alert: Alert, reply: Reply) -> None:
    target = _TARGETS[reply.answer]
    if reply.answer == "decline" and alert.state in COMING:
        target = AlertState.WITHDRAWN
    if reply.answer == "unclear" and alert.state in COMING | {AlertState.NO_SHOW} | REFUSED:
        target = alert.state  # a muddled text does not undo an acceptance; the desk sees it
    if reply.answer == "en_route" and alert.state not in COMING:
        target = AlertState.ACCEPTED  # who is on the way has accepted
    if target != alert.state:
        alert.state = step(ALERT_STEPS, alert.state, target)
    alert.replied_at, alert.reason = reply.at, reply.reason
    alert.contradicted = alert.contradicted or reply.note == "contradicts"
    if reply.eta_minutes is not None:
        alert.eta_at = reply.at + timedelta(minutes=reply.eta_minutes)
    if alert.state not in COMING:
        alert.eta_at = None
    if reply.answer == "decline":  # a lead who drops out brings nobody: the number he gave lapses
        alert.unit_said = alert.unit_said_at = None
    fields = ["state", "replied_at", "reason", "contradicted", "eta_at", "unit_said", "unit_said_at"]
    alert.save(update_fields=fields)
    if alert.state in COMING:
        commit([alert.member_id], callout.ref, reply.at, callout.incident.is_exercise)
    else:
        free([alert.member_id], callout.ref, reply.at)


def record_reply_at_desk(
    actor: Actor,
    alert: Alert,
    *,
    answer: str,
    eta_minutes: int | None = None,
    reason: str = "",
    text: str = "",
    at: datetime | None = None,
) -> Reply:
    """A reply taken by telephone. Town officers and village leads only for people of their part of the tree.

    `at` is when it was said, for what was noted without a network; else now."""
    check_scope(actor, alert)
    return record_reply(
        alert, answer=answer, channel="desk", by=actor.ref, eta_minutes=eta_minutes, reason=reason, text=text, at=at
    )


def check_scope(actor: Actor, alert: Alert) -> None:
    """The actor may record, and for this person."""
    if not actor.may(Right.CALL_VILLAGE):
        check(actor, Right.RECORD)
    member = alert.member
    home = member.home_unit.path if member.home_unit_id else member.unit.path
    if not (actor.sees_unit(member.unit.path) or actor.sees_unit(home)):
        raise NotAllowed("access.outside_unit")


# --- news from the channels ---------------------------------------------------------------------------------

NEWS = {
    MessageState.SENT: AlertState.NOTIFIED,
    MessageState.PERHAPS_SENT: AlertState.NOTIFIED,
    MessageState.CALL_LIST: AlertState.NOTIFIED,
    MessageState.DELIVERED: AlertState.DELIVERED,
    MessageState.FAILED: AlertState.UNDELIVERED,
}


def _still_under_way(message: OutMessage) -> bool:
    """Whether the same alert stands on another channel from which no failure is known."""
    dead = (MessageState.FAILED, MessageState.CANCELLED, MessageState.CALL_LIST)
    others = OutMessage.objects.filter(ref=message.ref, kind=message.kind).exclude(pk=message.pk)
    return others.exclude(state__in=dead).exists()


@transaction.atomic
def note_message(message: OutMessage) -> None:
    """A channel reports on an alert's message: the alert follows, unless the person has already answered."""
    if message.kind != "alert" or message.state not in NEWS or not message.ref.startswith("alert:"):
        return
    pk = int(message.ref.removeprefix("alert:"))
    callout_id = Alert.objects.filter(pk=pk).values_list("callout_id", flat=True).first()
    if callout_id is None:
        return
    callout = lock(callout_id)  # before the alert, as every act does
    alert = Alert.objects.select_for_update().select_related("member").get(pk=pk)
    target = NEWS[message.state]
    if target == AlertState.UNDELIVERED and _still_under_way(message):
        return  # another channel may have reached him, or is about to
    alert.sent_at = alert.sent_at or message.sent_at
    alert.delivered_at = alert.delivered_at or message.delivered_at
    moved = alert.state in WAITING and target != alert.state and target in ALERT_STEPS[alert.state]
    if moved:
        alert.state = target
    if moved or not message.step:
        alert.channel = message.channel  # the one that told something new about him
    alert.save(update_fields=["channel", "sent_at", "delivered_at", "state"])
    if moved and target == AlertState.UNDELIVERED:
        facts = {"alert": alert.pk, "error": message.error}
        note(callout.incident, "alert.undelivered", "system", payload=facts, person=alert.member.number)
        want_solve(callout)
    elif moved and message.tries > 1 and message.sent_at is not None:
        want_solve(callout)  # the gateway takes texts again: what was counted without them is out of date
