"""Questions about incidents: what the pages show, always for a viewer and never more than he may see."""

from muster.apps.incidents.reads.access import (
    alert_by_id,
    alert_by_token,
    callout_of,
    incident_by_id,
    open_incidents,
    sees_incident,
)
from muster.apps.incidents.reads.events import events
from muster.apps.incidents.reads.people import AlertRow, alert_rows, map_features
from muster.apps.incidents.reads.picture import board
from muster.apps.incidents.reads.presence import MissingPerson, RollCallView, needs_met_in_time, roll_call_view

__all__ = [
    "AlertRow", "MissingPerson", "RollCallView", "alert_by_id", "alert_by_token", "alert_rows", "board", "callout_of",
    "events", "incident_by_id", "map_features", "needs_met_in_time", "open_incidents", "roll_call_view", "sees_incident",
]  # fmt: skip
