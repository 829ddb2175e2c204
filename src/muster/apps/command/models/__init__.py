"""What command keeps beside the callout: zones, sectors, tasks, who holds which position, teams, dangers, reports."""

from muster.apps.command.models.needs import (
    Danger,
    DangerState,
    Evacuation,
    EvacuationState,
    Request,
    RequestKind,
    RequestState,
)
from muster.apps.command.models.orders import Dial, Level, LevelOrder, Report, ReportKind
from muster.apps.command.models.staff import Held, Period, Riding, Team, TeamMember
from muster.apps.command.models.tasks import Sector, Task, TaskState
from muster.apps.command.models.zones import EntryKind, SafetyZone, ZoneEntry, ZoneKind

__all__ = [
    "Danger", "DangerState", "Dial", "EntryKind", "Evacuation", "EvacuationState", "Held", "Level", "LevelOrder",
    "Period", "Report", "ReportKind", "Request", "RequestKind", "RequestState", "Riding", "SafetyZone", "Sector",
    "Task", "TaskState", "Team", "TeamMember", "ZoneEntry", "ZoneKind",
]  # fmt: skip
