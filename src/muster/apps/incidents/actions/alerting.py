"""Alerts and their messages, inside the transaction of whoever sends: to everybody himself, or to a lead for his unit."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from muster.apps.channels.actions import Draft, queue_message, queue_messages
from muster.apps.incidents import wording
from muster.apps.incidents.blocks import lead_of
from muster.apps.incidents.models import Alert, Wave
from muster.apps.people.models import Member

THROUGH_LEAD = "lead"
CHUNK = 500  # rows in one write, below the limit of every database


def alert_people(
    wave: Wave,
    lines: Sequence[Sequence[int | None]],
    point_of: Mapping[int, int],
    groups: Sequence[Mapping[str, int]],
) -> int:
    """Alert [member id, need order] each once; point_of: member id -> muster point id. Returns how many were.

    People of a unit in `groups` get no message: their lead is called with them (see blocks.groups_of).
    """
    callout = wave.callout
    needs = {need.order: need for need in callout.needs.select_related("capability")}
    points = {point.pk: point for point in callout.muster_points.all()}
    members = Member.objects.in_bulk([line[0] for line in lines])
    asked = set(callout.alerts.filter(member_id__in=members).values_list("member_id", flat=True))
    rows = [
        Alert(
            callout=callout, member=members[member], wave=wave, need=needs.get(order or 0),
            muster_point=points[point_of[member]], alerted_at=wave.ordered_at,
        )
        for member, order in lines
        if member in members and member not in asked
    ]  # fmt: skip
    leads = lead_of(groups)
    led: dict[int, list[Alert]] = {}
    for row in rows:
        if row.member.unit_id in leads:
            led.setdefault(row.member.unit_id, []).append(row)
    _call_each([row for row in rows if row.member.unit_id not in leads])
    for unit, own in led.items():
        _call_unit(unit, leads[unit], own)
    return len(rows)


def _call_each(alerts: Sequence[Alert]) -> None:
    """Everybody his usual message, all in a few writes: thousands must not keep other writers from the database for long."""
    if not alerts:
        return
    tokens = [secrets.token_urlsafe(16) for _ in alerts]
    for alert, token in zip(alerts, tokens, strict=True):
        alert.token_hash = hashlib.sha256(token.encode()).hexdigest()
    Alert.objects.bulk_create(alerts, batch_size=CHUNK)
    drafts = [
        Draft(alert.ref, "alert", alert.member, wording.alert_text(alert, token))
        for alert, token in zip(alerts, tokens, strict=True)
    ]
    first = alerts[0]
    exercise = first.callout.incident.is_exercise
    messages = queue_messages(drafts, exercise=exercise, at=first.alerted_at)
    of_channel: dict[str, list[int]] = {}
    for alert, message in zip(alerts, messages, strict=True):
        alert.channel = message.channel
        of_channel.setdefault(message.channel, []).append(alert.pk)
    for channel, ids in of_channel.items():
        for start in range(0, len(ids), CHUNK):
            Alert.objects.filter(pk__in=ids[start : start + CHUNK]).update(channel=channel)


def _call(alert: Alert, body: str, token: str = "") -> None:
    """Save the alert and queue its message; `body` "" for the usual one."""
    token = token or secrets.token_urlsafe(16)
    alert.token_hash = hashlib.sha256(token.encode()).hexdigest()
    alert.save()
    message = queue_message(
        ref=alert.ref, kind="alert", member=alert.member, body=body or wording.alert_text(alert, token),
        exercise=alert.callout.incident.is_exercise, at=alert.alerted_at,
    )  # fmt: skip
    alert.channel = message.channel
    alert.save(update_fields=["channel"])


def _call_unit(unit: int, lead_member: int, people: Sequence[Alert]) -> None:
    """One message to the lead; his people are on the list and marked as called through him."""
    lead = next((row for row in people if row.member_id == lead_member), None)
    if lead is None:  # he was called before, by hand: nobody would call his people
        for row in people:
            _call(row, "")
        return
    lead.unit_called_id = unit
    token = secrets.token_urlsafe(16)
    needs = [row.need for row in people if row.need is not None]
    _call(lead, wording.unit_text(lead, len(people), needs, token), token)
    for row in people:
        if row is not lead:
            row.through, row.channel = lead, THROUGH_LEAD
            row.token_hash = hashlib.sha256(secrets.token_bytes(32)).hexdigest()  # opens nothing: no link was sent
            row.save(force_insert=True)


def call_himself(alert: Alert, at: datetime) -> None:
    """Somebody who was to be called through his lead gets the message that everybody gets. The call begins now."""
    alert.alerted_at = at
    _call(alert, "")
