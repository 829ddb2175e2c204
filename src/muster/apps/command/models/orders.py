"""Response levels, reports to above, and the times that the office may set itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from muster.apps.incidents.models import Incident


class Level(models.TextChoices):
    RED = "I", _("Level I (red)")
    ORANGE = "II", _("Level II (orange)")
    YELLOW = "III", _("Level III (yellow)")
    BLUE = "IV", _("Level IV (blue)")


class LevelOrder(models.Model):
    """A response level in force since `at`; "" ends the response. Ordered by a named person, never by the system."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="levels")
    level = models.CharField(max_length=3, choices=Level, blank=True)
    reason = models.CharField(max_length=200)
    at = models.DateTimeField()
    ordered_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.level}"


class ReportKind(models.TextChoices):
    FIRST = "first", _("First report")
    FOLLOW_UP = "follow_up", _("Follow-up report")
    FINAL = "final", _("Final report")


class Report(models.Model):
    """A report as it was sent: never changed. `clock`: which report clock it answers, "" for none.

    series "actual" or "exercise" counts by itself within a year: 〔2026〕1号."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="reports")
    series = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=ReportKind)
    clock = models.CharField(max_length=16, blank=True)
    medium = models.CharField(max_length=8)
    addressee = models.CharField(max_length=80)
    title = models.CharField(max_length=120)
    body = models.TextField(max_length=6000)
    at = models.DateTimeField()
    sent_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["series", "year", "number"], name="command_report_number")]

    def __str__(self) -> str:
        return f"〔{self.year}〕{self.number}号"


class Dial(models.Model):
    """A number that the office has set differently from what comes with the program (`apps.command.dials`)."""

    key = models.CharField(max_length=24, unique=True)
    value = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.key}={self.value}"
