"""Texts that come in from members: answers by digit or word, and the number of people that a lead brings."""

from __future__ import annotations

from django.db import transaction

from muster.apps.channels.actions import queue_message
from muster.apps.channels.models import InMessage, OutMessage
from muster.apps.incidents import wording
from muster.apps.incidents.actions.replies import LONGEST_ETA_MINUTES, record_reply
from muster.apps.incidents.actions.units import confirm_by_lead
from muster.apps.incidents.led import group_of
from muster.apps.incidents.models import Alert
from muster.codecs.sms import parse_count, parse_reply
from muster.core.errors import Conflict, InvalidInput
from muster.jobs.clock import now


@transaction.atomic
def take_text(incoming: InMessage) -> str:
    """A text from a member: counts for the newest callout he was alerted for and no other. Returns how it was handled."""
    if incoming.member_id is None:
        return "unknown_sender"
    alerts = Alert.objects.filter(member_id=incoming.member_id, callout__incident__mode=_mode(incoming))
    if incoming.channel == "voice":  # the key answers the call in which it was pressed
        alerts = alerts.filter(pk=_called(incoming))
    alert = alerts.order_by("-alerted_at", "-pk").select_related("callout__incident", "member", "unit_called").first()
    if alert is None or (incoming.channel != "voice" and _answers_another(incoming, alert)):
        return "no_callout"
    if alert.unit_called_id is not None:
        number = parse_count(incoming.body)
        if number is not None:
            return _take_count(alert, number, incoming.body[:200])
    said = parse_reply(incoming.body)
    reason = said.reason or ("opt_out" if said.answer == "opt_out" else "")
    eta = said.eta_minutes
    if eta is not None and eta > LONGEST_ETA_MINUTES:
        eta = None  # "1 30小时后到": the yes counts, the time makes no sense
    reply = record_reply(
        alert, answer=_HEARD[said.answer], channel=incoming.channel, by=f"member:{alert.member.number}",
        eta_minutes=eta, reason=reason, text=incoming.body[:200],
    )  # fmt: skip
    if reply.note in {"closed", "late"}:
        return "late"
    if said.answer != "unclear":
        return "reply"
    if alert.unit_called_id is not None and alert.unit_said is None:
        called = group_of(alert).called
        _ask_again(alert, wording.unit_unclear_text(alert, called))
    return "unclear"


def _called(incoming: InMessage) -> int:
    """The alert that the call was made for, 0 for none."""
    ref = incoming.answers.ref if incoming.answers else ""
    return int(ref.removeprefix("alert:")) if ref.startswith("alert:") else 0


def _answers_another(incoming: InMessage, alert: Alert) -> bool:
    """Whether the morning sheet or a communications test is the last thing he had got: an "OK" to it is no answer to the
    callout before it."""
    had = OutMessage.objects.filter(member_id=incoming.member_id, exercise=incoming.exercise, sent_at__lte=incoming.at)
    last = had.order_by("-sent_at", "-pk").first()
    return last is not None and last.kind in ("sheet", "test") and last.queued_at > alert.alerted_at


def _take_count(lead: Alert, number: int, text: str) -> str:
    """A lead tells how many he brings. What can not be right is kept as unclear, and he is told so himself.

    Nobody is his own refusal: his people are called themselves, and nothing is held to have been said by them.
    """
    by = f"member:{lead.member.number}"
    if not number:
        reply = record_reply(lead, answer="decline", channel="sms", by=by, text=text)
        return "late" if reply.note in {"closed", "late"} else "reply"
    try:
        confirm_by_lead(lead, number, channel="sms", text=text)
    except Conflict:
        record_reply(lead, answer="accept", channel="sms", by=by, text=text)
        return "late"
    except InvalidInput as error:
        record_reply(lead, answer="unclear", channel="sms", by=by, text=text)
        many = error.code == "incidents.unit_too_many"
        words = wording.unit_refused_text if many else wording.unit_few_text
        _ask_again(lead, words(lead, number, group_of(lead).called))
        return "unclear"
    return "reply"


def _ask_again(lead: Alert, body: str) -> None:
    """Once: a lead who goes on like that is telephoned by the desk, where his answer stands as unclear."""
    if not OutMessage.objects.filter(ref=lead.ref, kind="reminder").exists():
        queue_message(
            ref=lead.ref, kind="reminder", member=lead.member, body=body,
            exercise=lead.callout.incident.is_exercise, at=now(),
        )  # fmt: skip


# who wants no more messages does not come; the reason stays visible for the desk
_HEARD = {"accept": "accept", "decline": "decline", "opt_out": "decline", "unclear": "unclear"}


def _mode(incoming: InMessage) -> str:
    return "exercise" if incoming.exercise else "actual"
