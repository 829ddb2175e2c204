"""Drawing safety zones, and the entries that open and close them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from muster.access.rights import Actor
from muster.apps.command.actions.common import begin, filled, note, short
from muster.apps.command.models import EntryKind, SafetyZone, Task, TaskState, ZoneEntry, ZoneKind
from muster.apps.command.places import circle, ring_of
from muster.apps.command.reads.zones import OPENS, hindered, is_open
from muster.apps.incidents.models import Incident
from muster.core.errors import Conflict, InvalidInput, NotFound
from muster.jobs.clock import now

ELECTRIC_M, AIRSPACE_M = 150.0, 1000.0
MOST_ZONES = 50


def draw_site_zones(actor: Actor, incident: Incident) -> None:
    """The zones that the incident's site brings: live power, controlled airspace. Both closed."""
    site = incident.site
    if site is None:
        return
    if site.live_zone:
        _draw(actor, incident, ZoneKind.ELECTRIC, site.zh, circle(site.lon, site.lat, ELECTRIC_M))
    if site.controlled_airspace:
        _draw(actor, incident, ZoneKind.AIRSPACE, site.zh, circle(site.lon, site.lat, AIRSPACE_M))


@transaction.atomic
def draw_zone(
    actor: Actor, incident_id: int, kind: str, name: str, points: Sequence[tuple[float, float]]
) -> SafetyZone:
    """Draw one more zone; it is closed. Errors: "command.zone_kind", "command.zone_name", those of `ring_of`."""
    incident = begin(actor, incident_id)
    if kind not in ZoneKind.values:
        raise InvalidInput("command.zone_kind")
    if incident.zones.count() >= MOST_ZONES:
        raise Conflict("command.too_many", most=MOST_ZONES)
    zone = _draw(actor, incident, kind, filled(name, "command.zone_name", 60), ring_of(points))
    _block_inside(actor, zone)
    return zone


def _draw(actor: Actor, incident: Incident, kind: str, name: str, ring: list[list[float]]) -> SafetyZone:
    zone = SafetyZone(incident=incident, name=name, kind=kind, ring=ring, drawn_at=now(), drawn_by=actor.ref)
    zone.save(force_insert=True)
    note(incident, "zone.drawn", actor, payload={"zone": zone.pk, "name": name, "kind": kind, "ring": ring})
    return zone


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What opens or closes a zone, as it was said. `at` None: just now."""

    kind: str
    confirmed_by: str
    at: datetime | None = None
    number: str = ""
    authority: str = ""
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@transaction.atomic
def enter_confirmation(actor: Actor, incident_id: int, zone_id: int, said: Confirmation) -> ZoneEntry:
    """Open a zone by the entry of its kind, or close it again.

    Errors: NotFound "command.zone_unknown"; InvalidInput "command.entry_kind" for a kind that does not belong to the zone,
    "command.entry_who", "command.entry_number", "command.entry_authority", "command.entry_times", "command.entry_future"."""
    incident = begin(actor, incident_id)
    zone = incident.zones.filter(pk=zone_id).first()
    if zone is None:
        raise NotFound("command.zone_unknown")
    moment = now()
    row = _checked(zone, said, moment)
    row.entered_at, row.entered_by = moment, actor.ref
    row.save(force_insert=True)
    payload = {
        "zone": zone.pk, "name": zone.name, "kind": row.kind, "number": row.number, "authority": row.authority,
        "at": row.confirmed_at.isoformat(), "valid_from": _iso(row.valid_from), "valid_to": _iso(row.valid_to),
    }  # fmt: skip
    note(incident, "zone.closed_again" if row.kind == EntryKind.CLOSED_AGAIN else "zone.opened", actor, payload=payload)
    if not is_open(zone, moment):
        _block_inside(actor, zone)
    return row


def _checked(zone: SafetyZone, said: Confirmation, moment: datetime) -> ZoneEntry:
    if said.kind not in (OPENS[zone.kind], EntryKind.CLOSED_AGAIN):
        raise InvalidInput("command.entry_kind", zone=zone.name)
    at = said.at or moment
    if at > moment:
        raise InvalidInput("command.entry_future")
    row = ZoneEntry(zone=zone, kind=said.kind, confirmed_at=at)
    row.confirmed_by = filled(said.confirmed_by, "command.entry_who", 80)
    row.number, row.authority = short(said.number, 60), short(said.authority, 80)
    if said.kind in (EntryKind.POWER_ISOLATED, EntryKind.AIRSPACE_APPROVED):
        filled(said.number, "command.entry_number", 60)
    if said.kind == EntryKind.AIRSPACE_APPROVED:
        filled(said.authority, "command.entry_authority", 80)
        if said.valid_from is None or said.valid_to is None or said.valid_to <= said.valid_from:
            raise InvalidInput("command.entry_times")
        row.valid_from, row.valid_to = said.valid_from, said.valid_to
    return row


def _iso(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _block_inside(actor: Actor, zone: SafetyZone) -> None:
    """Work that is going on in a zone that has just closed is blocked at once."""
    moment = now()
    for task in Task.objects.filter(incident=zone.incident, state=TaskState.IN_PROGRESS).select_related(
        "sector", "capability"
    ):
        if not hindered(task, [zone], moment):
            continue
        task.state, task.changed_at, task.reason = TaskState.BLOCKED, moment, zone.name
        task.save(update_fields=["state", "changed_at", "reason"])
        payload = {"task": task.pk, "number": task.number, "title": task.title, "state": task.state, "zone": zone.name}
        note(zone.incident, "task.moved", actor, payload=payload)
