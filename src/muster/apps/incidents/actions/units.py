"""Units called through a lead: what he confirms, and what happens when he does not."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from muster.access.rights import SYSTEM, Actor
from muster.apps.incidents.actions.alerting import THROUGH_LEAD, call_himself
from muster.apps.incidents.actions.common import lock, note, want_solve
from muster.apps.incidents.actions.replies import check_scope, record_reply
from muster.apps.incidents.led import Group, Reading, group_of, number_of, reading
from muster.apps.incidents.models import Alert, Reply
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.states import COMING, REFUSED, RUNNING, WAITING
from muster.core.errors import Conflict, InvalidInput, MusterError, NotAllowed
from muster.jobs.clock import now

log = structlog.get_logger(__name__)

LOST = frozenset({*REFUSED, AlertState.UNDELIVERED, AlertState.RELEASED})  # a lead through whom nobody is reached


def confirm_unit(actor: Actor, lead: Alert, *, number: int, cannot: Collection[int] = ()) -> Group:
    """A lead's confirmation, entered by himself or for him: so many come, and these (alert ids) can not.

    It is given over the list of names: whoever the number leaves no doubt about has answered by it; of the others only the
    number is known. Errors: those of `led.reading`, Conflict "incidents.callout_over", InvalidInput
    "incidents.unit_not_his" (names of another unit).
    """
    check_scope(actor, lead)
    if lead.unit_called is None or not actor.sees_unit(lead.unit_called.path):
        raise NotAllowed("access.outside_unit")
    return _confirm(lead, number, cannot, channel="desk", by=actor.ref, named=True)


def confirm_by_lead(lead: Alert, number: int, *, channel: str, text: str = "") -> Group:
    """The number alone, as the lead gives it from his own phone (sms) or on his own page (page). Same errors.

    No name was before him: it answers for himself only, also when it is everybody. The others are as likely as it says.
    """
    by = f"member:{lead.member.number}"
    return _confirm(lead, number, (), channel=channel, by=by, named=False, text=text)


@transaction.atomic
def _confirm(
    lead: Alert, number: int, cannot: Collection[int], *, channel: str, by: str, named: bool, text: str = ""
) -> Group:
    callout = lock(lead.callout_id)
    if callout.state not in RUNNING:
        raise Conflict("incidents.callout_over")
    group = group_of(lead)
    if not set(cannot) <= {row.pk for row in group.people}:
        raise InvalidInput("incidents.unit_not_his")
    said = reading(group.words, lead.pk, number, cannot)
    moment = now()
    for row in group.people:
        own = row.pk == lead.pk
        answer = _news(row, said, group)
        if answer and (own or named):
            record_reply(
                row, answer=answer, channel=channel if own else THROUGH_LEAD, by=by, text=text if own else "", at=moment
            )
    fresh = Alert.objects.get(pk=lead.pk)
    fresh.unit_said, fresh.unit_said_at = number, moment
    fresh.save(update_fields=["unit_said", "unit_said_at"])
    found = group_of(fresh)
    payload = {"alert": lead.pk, "unit": lead.unit_called_id, "said": number, "called": group.called,
               "unnamed": len(found.open)}  # fmt: skip
    note(callout.incident, "unit.confirmed", by, payload=payload, person=lead.member.number)
    want_solve(lock(callout.pk))
    return found


def _news(row: Alert, said: Reading, group: Group) -> str:
    """The answer that this person has now given and had not before, "" for none."""
    word = group.words.get(row.pk)
    if row.pk in said.comes and word == "open":
        return "accept"
    if row.pk in said.stays and word in {"open", "yes"} and row.checked_in_at is None:
        return "decline"
    return ""


def call_people_of_silent_leads(at: datetime) -> int:
    """People whose lead can not be reached, is not coming or has not confirmed in time get messages of their own.

    For the solve lane, each turn: only a callout in which somebody is to be called is locked. Of a lead who dropped out
    after he had given his number also those are called who are known to come by his word alone. Returns how many were.
    """
    waited_for = Alert.objects.filter(Exists(_uncalled().filter(through=OuterRef("pk"))), callout__state__in=RUNNING)
    called = 0
    for lead in waited_for.filter(Q(state__in=LOST) | Q(unit_said=None)).select_related("callout").order_by("pk"):
        if not _is_silent(lead, at, lead.callout.lead_minutes):
            continue
        try:
            called += _call_people_of(lead.pk, at)
        except MusterError as error:  # his people are tried again next turn, and no callout waits for them
            log.error("unit.not_called", lead=lead.pk, code=error.code)
    return called


def _uncalled() -> QuerySet[Alert]:
    """Whoever nothing but his lead's message has called, and who has not answered himself."""
    own = Reply.objects.filter(alert=OuterRef("pk"), counted=True).exclude(channel=THROUGH_LEAD)
    by_lead = Q(state__in=COMING) & ~Exists(own)
    return Alert.objects.filter(Q(state__in=WAITING) | by_lead, channel=THROUGH_LEAD)


@transaction.atomic
def _call_people_of(lead_id: int, at: datetime) -> int:
    callout = lock(Alert.objects.values_list("callout_id", flat=True).get(pk=lead_id))
    lead = Alert.objects.select_related("member").get(pk=lead_id)
    if callout.state not in RUNNING or not _is_silent(lead, at, callout.lead_minutes):
        return 0
    linked = ("member", "wave", "need__capability", "muster_point", "callout__incident")
    rows = list(_uncalled().filter(through=lead).select_related(*linked).order_by("pk"))
    for row in rows:
        call_himself(row, at)
    if rows:
        payload = {"alert": lead.pk, "unit": lead.unit_called_id, "count": len(rows)}
        note(callout.incident, "unit.called_directly", SYSTEM, payload=payload, person=lead.member.number)
        want_solve(callout)
    return len(rows)


def _is_silent(lead: Alert, at: datetime, minutes: int) -> bool:
    """Lost, unless he gave his number knowing that he does not come himself; or without a number when his time is up.

    A lead who drops out takes his number with him (see `replies.record_reply`): one that stands beside his refusal was
    given with it.
    """
    if lead.unit_said is not None:
        return number_of(lead) is None
    return lead.state in LOST or at >= lead.alerted_at + timedelta(minutes=minutes)
