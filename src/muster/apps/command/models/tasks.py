"""Sectors of the scene and the tasks in them (ICS 204)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from muster.apps.command.models.staff import Team
from muster.apps.incidents.models import Incident
from muster.apps.people.models import Capability, Member


class Sector(models.Model):
    """ring: corners [[lon, lat], ...], WGS-84; or one point, [[lon, lat]]; or none, []."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="sectors")
    name = models.CharField(max_length=60)
    ring = models.JSONField(default=list)
    leader = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["incident", "name"], name="command_sector_name")]

    def __str__(self) -> str:
        return self.name


class TaskState(models.TextChoices):
    PLANNED = "planned", _("Planned")
    APPROVED = "approved", _("Approved")
    ISSUED = "issued", _("Issued")
    ACCEPTED = "accepted", _("Taken on")
    REFUSED = "refused", _("Refused")
    IN_PROGRESS = "in_progress", _("In progress")
    BLOCKED = "blocked", _("Blocked")
    COMPLETED = "completed", _("Completed")
    DEBRIEFED = "debriefed", _("Debriefed")


class Task(models.Model):
    """One task for a team or one person. Its place is `lon`, `lat`, else its sector. `reason`: of the last refusal or block.

    read_at: when who has it confirmed having read it; read_how: self, radio, phone or face."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="tasks")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=80)
    objective = models.CharField(max_length=300, blank=True)
    hazards = models.CharField(max_length=300, blank=True)
    decision_points = models.CharField(max_length=300, blank=True)
    comms = models.CharField(max_length=120, blank=True)
    sector = models.ForeignKey(Sector, null=True, on_delete=models.PROTECT, related_name="tasks")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="tasks")
    assignee = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="tasks")
    capability = models.ForeignKey(Capability, null=True, on_delete=models.PROTECT, related_name="+")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    due_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=TaskState, default=TaskState.PLANNED)
    reason = models.CharField(max_length=200, blank=True)
    planned_at = models.DateTimeField()
    planned_by = models.CharField(max_length=80)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=80, blank=True)
    read_at = models.DateTimeField(null=True)
    read_how = models.CharField(max_length=8, blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["incident", "number"], name="command_task_number")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"
