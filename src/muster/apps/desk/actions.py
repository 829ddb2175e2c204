"""Writes of the field pages: answers and check-ins taken on a phone, and the numbers to dial."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from muster.access.rights import Actor, Right, check
from muster.apps.desk.models import FieldEntry
from muster.apps.desk.town_entries import Tap
from muster.apps.incidents import actions
from muster.apps.incidents.actions.replies import check_scope
from muster.apps.incidents.models import Alert
from muster.apps.incidents.reads.access import in_scope
from muster.codecs import phone
from muster.core.errors import InvalidInput, MusterError, NotFound
from muster.jobs import clock
from muster.journal.actions import append


def check_field(actor: Actor) -> None:
    """Raise NotAllowed unless the actor has one of the two telephone pages."""
    if not actor.may(Right.CALL_VILLAGE):
        check(actor, Right.CALL_TOWN)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an entry: noted | kept (changes nothing) | refused, and the code that says why."""

    key: str
    said: str
    outcome: str
    code: str


def take_entries(actor: Actor, taps: Iterable[Tap]) -> list[Receipt]:
    """Take entries in their order. Each is a transaction of its own: one that is refused holds up none behind it."""
    check_field(actor)
    return [_receipt(actor, tap) for tap in taps]


def _receipt(actor: Actor, tap: Tap) -> Receipt:
    try:
        row = take_entry(actor, tap)
    except MusterError as error:
        return Receipt(tap.key, tap.said, "refused", error.code)
    return Receipt(row.key, row.said, row.outcome, row.code)


def take_entry(actor: Actor, tap: Tap) -> FieldEntry:
    """Do what was tapped, once: a key that is known brings back the receipt of the first time.

    What the office can not accept is kept as refused with the reason, so that the phone may forget it and say so.
    Errors: "incidents.no_alert" (not his), "desk.entry_of_another" (a key that somebody else has used).
    """
    check_field(actor)
    alert = _alert(actor, tap.alert_id)
    try:
        return _known(actor, tap) or _take(actor, tap, alert)
    except IntegrityError:
        known = _known(actor, tap)  # the same entry came twice at the same moment
        if known is None:
            raise
        return known


def _alert(actor: Actor, alert_id: int) -> Alert:
    rows = Alert.objects.filter(in_scope(actor), pk=alert_id)
    alert = rows.select_related("member__unit", "member__home_unit", "callout__incident").first()
    if alert is None:
        raise NotFound("incidents.no_alert", alert=alert_id)
    return alert


def _known(actor: Actor, tap: Tap) -> FieldEntry | None:
    known = FieldEntry.objects.filter(key=tap.key).first()
    if known is not None and known.by != actor.ref:
        raise InvalidInput("desk.entry_of_another")
    return known


@transaction.atomic
def _take(actor: Actor, tap: Tap, alert: Alert) -> FieldEntry:
    moment = clock.now()
    said_at = max(moment - timedelta(seconds=tap.age_seconds * clock.speed()), min(alert.alerted_at, moment))
    row = FieldEntry(key=tap.key, alert=alert, said=tap.said, said_at=said_at, taken_at=moment, by=actor.ref)
    row.outcome = "noted"
    row.save(force_insert=True)
    try:
        with transaction.atomic():
            row.code = _do(actor, tap, alert, said_at)
            row.outcome = "kept" if row.code else "noted"
    except MusterError as error:
        row.outcome, row.code = "refused", error.code
    row.save(update_fields=["outcome", "code"])
    return row


def _do(actor: Actor, tap: Tap, alert: Alert, said_at: datetime) -> str:
    """Why the entry changes nothing, "" when it counts."""
    if tap.act == "here":
        if _left_since(alert, said_at):
            return "overtaken"
        actions.check_in(actor, alert, tap.detail, at=said_at)
        return ""
    minutes = int(tap.detail) if tap.act == "accept" else None
    reason = tap.detail if tap.act == "decline" else ""
    reply = actions.record_reply_at_desk(actor, alert, answer=tap.act, eta_minutes=minutes, reason=reason, at=said_at)
    return "" if reply.counted else reply.note


def _left_since(alert: Alert, said_at: datetime) -> bool:
    """He had been checked in by somebody else and has left again after this was seen."""
    return alert.checked_in_at is not None and alert.released_at is not None and alert.released_at >= said_at


@transaction.atomic
def numbers_to_dial(actor: Actor, alerts: Iterable[Alert], subject: str) -> dict[int, str]:
    """Alert id -> number as dialled, of these people, for telephoning now. The journal keeps whose numbers were taken.

    One act for the whole list and not one for each call: the numbers must be on the phone before the data network is
    lost, and the journal then says truly that all of them were. They are neither on the page nor stored on the phone
    before that, and the page keeps them in memory only.
    """
    check_field(actor)
    found: dict[int, str] = {}
    members = []
    for alert in alerts:
        check_scope(actor, alert)
        if alert.member.phone:
            found[alert.pk] = phone.national(alert.member.phone)
            members.append(alert.member.number)
    if members:
        payload = {"subject": subject, "members": members}
        append("people", "people.numbers_to_dial", actor=actor.ref, at=clock.now(), payload=payload)
    return found
