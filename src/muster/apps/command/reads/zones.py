"""Which zones are open, and what stands in the way of a task."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import shapely
from shapely.geometry.base import BaseGeometry

from muster.apps.command.models import EntryKind, SafetyZone, Task, ZoneEntry, ZoneKind
from muster.apps.command.places import shape_of, touches
from muster.apps.incidents.models import Incident

OPENS: dict[str, str] = {
    ZoneKind.ELECTRIC: EntryKind.POWER_ISOLATED,
    ZoneKind.AIRSPACE: EntryKind.AIRSPACE_APPROVED,
    ZoneKind.OTHER: EntryKind.SAFE_DECLARED,
}
DRONE = "uas_pilot"


@dataclass(frozen=True, slots=True)
class ZoneView:
    """A zone as the page shows it. `last`: its newest entry; `waits`: open by its entry, but not at this hour."""

    zone: SafetyZone
    open: bool
    last: ZoneEntry | None
    opens_by: str

    @property
    def waits(self) -> bool:
        return not self.open and self.last is not None and self.last.kind != EntryKind.CLOSED_AGAIN


def newest(zone: SafetyZone) -> ZoneEntry | None:
    """The entry that counts."""
    entries = list(zone.entries.all())
    return entries[-1] if entries else None


def is_open(zone: SafetyZone, at: datetime) -> bool:
    """Whether people (or drones) may go in at this moment."""
    last = newest(zone)
    if last is None or last.kind != OPENS[zone.kind]:
        return False
    if last.valid_from is not None and last.valid_to is not None:
        return last.valid_from <= at < last.valid_to
    return True


def zone_views(incident: Incident, at: datetime) -> list[ZoneView]:
    """Every zone of the incident."""
    zones = incident.zones.prefetch_related("entries")
    return [ZoneView(zone, is_open(zone, at), newest(zone), OPENS[zone.kind]) for zone in zones]


FLAGS = {"live_zone": ZoneKind.ELECTRIC, "controlled_airspace": ZoneKind.AIRSPACE}


def flags_now(incident_id: int, raised: Iterable[str], at: datetime) -> tuple[str, ...]:
    """Of the flags of a site those that still hold: a zone that was opened by its entry takes its flag down.

    A flag whose zone nobody drew stays up."""
    zones = list(SafetyZone.objects.filter(incident_id=incident_id).prefetch_related("entries"))
    opened = {kind: [is_open(zone, at) for zone in zones if zone.kind == kind] for kind in FLAGS.values()}
    down = {flag for flag, kind in FLAGS.items() if opened[kind] and all(opened[kind])}
    return tuple(flag for flag in raised if flag not in down)


def place_of(task: Task) -> BaseGeometry | None:
    """Where the task is: its own point, else its sector; None when nobody said."""
    if task.lon is not None and task.lat is not None:
        return shapely.Point(task.lon, task.lat)
    return shape_of(task.sector.ring) if task.sector else None


def hindered(task: Task, zones: Iterable[SafetyZone], at: datetime) -> list[SafetyZone]:
    """The closed zones that keep this task from being given out: airspace those of drones, the others all that lie in them.

    A drone task without a place counts as inside every airspace zone: nobody may fly just because nobody said where."""
    place, flies = place_of(task), task.capability is not None and task.capability.slug == DRONE
    found = []
    for zone in zones:
        if zone.kind == ZoneKind.AIRSPACE:
            concerns = flies and (place is None or touches(zone.ring, place))
        else:
            concerns = touches(zone.ring, place)
        if concerns and not is_open(zone, at):
            found.append(zone)
    return found
