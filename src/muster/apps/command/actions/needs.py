"""Dangers with their report clock, batches of people moved to safety, requests for resources."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from muster.access.rights import Actor
from muster.apps.command.actions.common import begin, filled, note, short
from muster.apps.command.actions.staff import next_number
from muster.apps.command.dials import dials
from muster.apps.command.models import (
    Danger,
    DangerState,
    Evacuation,
    EvacuationState,
    Request,
    RequestKind,
    RequestState,
)
from muster.apps.command.states import DANGER_STEPS, EVACUATION_STEPS, REQUEST_STEPS, step
from muster.core.errors import InvalidInput, NotFound
from muster.jobs.clock import now

MOST_PEOPLE, MOST_QUANTITY = 2_000, 1_000_000


@transaction.atomic
def find_danger(actor: Actor, incident_id: int, title: str, place: str, before: str) -> Danger:
    """A danger is found; from now its report clock runs. Errors: "command.danger_title", "command.danger_place",
    "command.evidence_before"."""
    incident = begin(actor, incident_id)
    moment = now()
    row = Danger(
        incident=incident, number=next_number(incident, "dangers"), title=filled(title, "command.danger_title", 80),
        place=filled(place, "command.danger_place", 120), before=filled(before, "command.evidence_before", 200),
        found_at=moment, report_due_at=moment + timedelta(minutes=dials()["danger_minutes"]),
    )  # fmt: skip
    row.save(force_insert=True)
    _told_danger(actor, row, "danger.found")
    return row


@transaction.atomic
def move_danger(actor: Actor, incident_id: int, danger_id: int, to: str, said: str) -> Danger:
    """One step on; `said`: to whom it was reported, how it was handled, or the evidence afterwards.

    Errors: IllegalTransition; "command.danger_reported_to", "command.danger_how", "command.evidence_after"."""
    incident = begin(actor, incident_id)
    row = incident.dangers.filter(pk=danger_id).first()
    if row is None:
        raise NotFound("command.danger_unknown")
    row.state, moment = step(DANGER_STEPS, row.state, to), now()
    if row.state == DangerState.REPORTED:
        row.reported_to, row.reported_at = filled(said, "command.danger_reported_to", 80), moment
    elif row.state == DangerState.HANDLED:
        row.handled_how, row.handled_at = filled(said, "command.danger_how", 200), moment
    else:
        row.after, row.closed_at = filled(said, "command.evidence_after", 200), moment
    row.save()
    _told_danger(actor, row, "danger.moved")
    return row


def _told_danger(actor: Actor, row: Danger, word: str) -> None:
    payload = {"danger": row.pk, "number": row.number, "title": row.title, "place": row.place, "state": row.state}
    note(row.incident, word, actor, payload=payload)


@dataclass(frozen=True, slots=True)
class Batch:
    """People moved together; children and elderly are part of `people`."""

    from_place: str
    to_place: str
    people: int
    children: int = 0
    elderly: int = 0
    vehicle: str = ""


@transaction.atomic
def send_batch(actor: Actor, incident_id: int, batch: Batch) -> Evacuation:
    """A batch leaves. Errors: "command.batch_places", "command.batch_count" for counts that can not be true."""
    incident = begin(actor, incident_id)
    counts = (batch.children, batch.elderly)
    if not 1 <= batch.people <= MOST_PEOPLE or min(counts) < 0 or sum(counts) > batch.people:
        raise InvalidInput("command.batch_count", most=MOST_PEOPLE)
    row = Evacuation(
        incident=incident, from_place=filled(batch.from_place, "command.batch_places", 80),
        to_place=filled(batch.to_place, "command.batch_places", 80), people=batch.people, children=batch.children,
        elderly=batch.elderly, vehicle=short(batch.vehicle, 30), departed_at=now(),
    )  # fmt: skip
    row.save(force_insert=True)
    _told_batch(actor, row, "evacuation.departed")
    return row


@transaction.atomic
def receive_batch(actor: Actor, incident_id: int, batch_id: int, people: int) -> Evacuation:
    """A batch arrives, `people` of it are counted. Errors: IllegalTransition, "command.batch_arrived" for more than left."""
    incident = begin(actor, incident_id)
    row = incident.evacuations.filter(pk=batch_id).first()
    if row is None:
        raise NotFound("command.batch_unknown")
    row.state = step(EVACUATION_STEPS, row.state, EvacuationState.ARRIVED)
    if not 0 <= people <= row.people:
        raise InvalidInput("command.batch_arrived", most=row.people)
    row.arrived_at, row.arrived_people = now(), people
    row.save(update_fields=["state", "arrived_at", "arrived_people"])
    _told_batch(actor, row, "evacuation.arrived")
    return row


def _told_batch(actor: Actor, row: Evacuation, word: str) -> None:
    arrived = row.people if row.arrived_people is None else row.arrived_people
    payload = {"batch": row.pk, "from": row.from_place, "to": row.to_place, "people": row.people, "arrived": arrived,
               "children": row.children, "elderly": row.elderly, "state": row.state}  # fmt: skip
    note(row.incident, word, actor, payload=payload)


@dataclass(frozen=True, slots=True)
class Wish:
    """A request for resources in the words of ICS 213RR."""

    kind: str
    what: str
    quantity: int
    deliver_to: str
    urgent: bool = False
    wanted_at: datetime | None = None


@transaction.atomic
def request_resource(actor: Actor, incident_id: int, wish: Wish) -> Request:
    """Ask for something. Errors: "command.request_kind", "command.request_what", "command.request_quantity",
    "command.request_where", "command.request_when"."""
    incident = begin(actor, incident_id)
    moment = now()
    if wish.kind not in RequestKind.values:
        raise InvalidInput("command.request_kind")
    if not 1 <= wish.quantity <= MOST_QUANTITY:
        raise InvalidInput("command.request_quantity", most=MOST_QUANTITY)
    if wish.wanted_at is not None and wish.wanted_at <= moment:
        raise InvalidInput("command.request_when")
    row = Request(
        incident=incident, number=next_number(incident, "requests"), kind=wish.kind, quantity=wish.quantity,
        what=filled(wish.what, "command.request_what", 120), urgent=wish.urgent, wanted_at=wish.wanted_at,
        deliver_to=filled(wish.deliver_to, "command.request_where", 120), requested_at=moment, changed_at=moment,
        requested_by=actor.ref,
    )  # fmt: skip
    row.save(force_insert=True)
    _told_request(actor, row, "request.made")
    return row


@transaction.atomic
def move_request(actor: Actor, incident_id: int, request_id: int, to: str, source: str = "") -> Request:
    """One step on. `source`: who supplies it, asked for when it is ordered. Errors: IllegalTransition,
    "command.request_source"."""
    incident = begin(actor, incident_id)
    row = incident.requests.filter(pk=request_id).first()
    if row is None:
        raise NotFound("command.request_unknown")
    row.state = step(REQUEST_STEPS, row.state, to)
    if row.state == RequestState.ORDERED:
        row.source = filled(source, "command.request_source", 120)
    row.changed_at = now()
    row.save(update_fields=["state", "source", "changed_at"])
    _told_request(actor, row, "request.moved")
    return row


def _told_request(actor: Actor, row: Request, word: str) -> None:
    payload = {"request": row.pk, "number": row.number, "what": row.what, "quantity": row.quantity, "state": row.state}
    note(row.incident, word, actor, payload=payload)
