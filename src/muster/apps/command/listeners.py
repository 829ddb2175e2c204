"""What command does when an incident opens. Called inside the transaction that opens it."""

from __future__ import annotations

from muster.access.rights import Actor
from muster.apps.command.actions.zones import draw_site_zones
from muster.apps.incidents.models import Incident


def on_incident_opened(incident: Incident, actor: Actor, **_: object) -> None:
    draw_site_zones(actor, incident)
