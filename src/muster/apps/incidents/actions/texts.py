"""Texts that come in from members: answers by digit or word, and the number of people that a lead brings."""

from __future__ import annotations

from django.db import transaction

from muster.apps.channels.actions import queue_message
from muster.apps.channels.models import InMessage, OutMessage
from muster.apps.incidents import wording
from muster.apps.incidents.actions.replies import LONGEST_ETA_MINUTES, record_reply
from muster.apps.incidents.actions.units import confirm_by_lead
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
    alert = alerts.order_by("-alerted_at", "-pk").select_related("callout__incident", "member", "unit_called").first()
    if alert is None or _answers_the_sheet(incoming, alert):
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
        alert, answer=_HEARD[said.answer], channel="sms", by=f"member:{alert.member.number}",
        eta_minutes=eta, reason=reason, text=incoming.body[:200],
    )  # fmt: skip
    if reply.note in {"closed", "late"}:
        return "late"
    return "unclear" if said.answer == "unclear" else "reply"


def _answers_the_sheet(incoming: InMessage, alert: Alert) -> bool:
    """Whether the morning sheet is the last thing he had got: an "OK" to it is no answer to the callout before it."""
    had = OutMessage.objects.filter(member_id=incoming.member_id, exercise=incoming.exercise, sent_at__lte=incoming.at)
    last = had.order_by("-sent_at", "-pk").first()
    return last is not None and last.kind == "sheet" and last.queued_at > alert.alerted_at


def _take_count(lead: Alert, number: int, text: str) -> str:
    """A lead tells how many he brings. What can not be right is kept as unclear, and of too many he is told himself."""
    try:
        confirm_by_lead(lead, number, channel="sms", text=text)
    except Conflict:
        record_reply(lead, answer="accept", channel="sms", by=f"member:{lead.member.number}", text=text)
        return "late"
    except InvalidInput as error:
        record_reply(lead, answer="unclear", channel="sms", by=f"member:{lead.member.number}", text=text)
        if error.code == "incidents.unit_too_many":
            _refuse_count(lead, number, int(str(error.params["called"])))
        return "unclear"
    return "reply"


def _refuse_count(lead: Alert, number: int, called: int) -> None:
    """Once: to a lead who goes on saying so the desk telephones, where his answer stands as unclear."""
    if not OutMessage.objects.filter(ref=lead.ref, kind="reminder").exists():
        queue_message(
            ref=lead.ref, kind="reminder", member=lead.member, body=wording.unit_refused_text(lead, number, called),
            exercise=lead.callout.incident.is_exercise, at=now(),
        )  # fmt: skip


# who wants no more messages does not come; the reason stays visible for the desk
_HEARD = {"accept": "accept", "decline": "decline", "opt_out": "decline", "unclear": "unclear"}


def _mode(incoming: InMessage) -> str:
    return "exercise" if incoming.exercise else "actual"
