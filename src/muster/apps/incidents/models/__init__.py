"""Incidents: what happened, who was called, who answered, who came, and what was computed on the way."""

from muster.apps.incidents.models.callout import Alert, Callout, NeedLine, Reply, Wave
from muster.apps.incidents.models.incident import Incident
from muster.apps.incidents.models.presence import CheckIn, RollCall, RollCallAnswer
from muster.apps.incidents.models.solve import SolveRun

__all__ = [
    "Alert",
    "Callout",
    "CheckIn",
    "Incident",
    "NeedLine",
    "Reply",
    "RollCall",
    "RollCallAnswer",
    "SolveRun",
    "Wave",
]
