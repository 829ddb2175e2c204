"""The incident itself: five fields at opening, actual or exercise for life."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from muster.access.fields import SealedTextField
from muster.apps.plans.models import IncidentKind, Plan, Site


class Mode(models.TextChoices):
    ACTUAL = "actual", _("Actual")
    EXERCISE = "exercise", _("Exercise")


class IncidentState(models.TextChoices):
    REPORTED = "reported", _("Reported")
    ACTIVE = "active", _("Active")
    DEMOBILISING = "demobilising", _("Demobilising")
    CLOSED = "closed", _("Closed")
    REVIEWED = "reviewed", _("Reviewed")
    FALSE_ALARM = "false_alarm", _("False alarm")


class Incident(models.Model):
    title = models.CharField(max_length=100, help_text="what")
    kind = models.CharField(max_length=40, choices=IncidentKind)
    place = models.CharField(max_length=120, help_text="where")
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT)
    lon = models.FloatField()
    lat = models.FloatField()
    t0 = models.DateTimeField(help_text="when the call was taken: T+0")
    reporter = models.CharField(max_length=80, blank=True, help_text="who reported")
    reporter_phone = SealedTextField(blank=True)
    mode = models.CharField(max_length=10, choices=Mode, editable=False)
    state = models.CharField(max_length=14, choices=IncidentState, default=IncidentState.REPORTED)
    plan = models.ForeignKey(Plan, null=True, on_delete=models.PROTECT)
    opened_by = models.CharField(max_length=80)
    closed_at = models.DateTimeField(null=True)

    @property
    def stream(self) -> str:
        """Name of the incident's journal stream."""
        return f"incident:{self.pk}"

    @property
    def is_exercise(self) -> bool:
        return self.mode == Mode.EXERCISE

    def elapsed_at(self, moment: datetime) -> timedelta:
        """Time since T+0; once closed it stands where it was then."""
        return max((self.closed_at or moment) - self.t0, timedelta(0))

    def __str__(self) -> str:
        return f"{self.pk} {self.title}"
