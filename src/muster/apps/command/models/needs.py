"""Dangers, people moved to safety (counts, never names), and requests for resources (ICS 213RR)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from muster.apps.incidents.models import Incident


class DangerState(models.TextChoices):
    FOUND = "found", _("Found")
    REPORTED = "reported", _("Reported")
    HANDLED = "handled", _("Handled")
    CLOSED = "closed", _("Danger over")


class Danger(models.Model):
    """A danger to dyke, slope or building. `before` and `after`: what proves it (number of a picture, measured values)."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="dangers")
    number = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=80)
    place = models.CharField(max_length=120)
    before = models.CharField(max_length=200)
    after = models.CharField(max_length=200, blank=True)
    reported_to = models.CharField(max_length=80, blank=True)
    handled_how = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=DangerState, default=DangerState.FOUND)
    found_at = models.DateTimeField()
    report_due_at = models.DateTimeField()
    reported_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["incident", "number"], name="command_danger_number")]

    def __str__(self) -> str:
        return self.title


class EvacuationState(models.TextChoices):
    DEPARTED = "departed", _("On the way")
    ARRIVED = "arrived", _("Arrived")


class Evacuation(models.Model):
    """One batch: `people` in all, of whom `children` and `elderly`. Counts only; nobody's name belongs here."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="evacuations")
    from_place = models.CharField(max_length=80)
    to_place = models.CharField(max_length=80)
    people = models.PositiveSmallIntegerField()
    children = models.PositiveSmallIntegerField(default=0)
    elderly = models.PositiveSmallIntegerField(default=0)
    vehicle = models.CharField(max_length=30, blank=True)
    state = models.CharField(max_length=10, choices=EvacuationState, default=EvacuationState.DEPARTED)
    departed_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True)
    arrived_people = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["departed_at", "pk"]

    def __str__(self) -> str:
        return f"{self.from_place} {self.people}"


class RequestKind(models.TextChoices):
    PEOPLE = "people", _("People")
    EQUIPMENT = "equipment", _("Equipment")
    VEHICLE = "vehicle", _("Vehicles")
    SUPPLY = "supply", _("Supplies")
    EXPERT = "expert", _("Experts")


class RequestState(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    ORDERED = "ordered", _("Ordered")
    ASSIGNED = "assigned", _("Assigned")
    ARRIVED = "arrived", _("Arrived at place")
    CANCELLED = "cancelled", _("Cancelled")


class Request(models.Model):
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="requests")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=RequestKind)
    what = models.CharField(max_length=120)
    quantity = models.PositiveIntegerField()
    urgent = models.BooleanField(default=False)
    deliver_to = models.CharField(max_length=120)
    wanted_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.REQUESTED)
    requested_at = models.DateTimeField()
    requested_by = models.CharField(max_length=80)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["incident", "number"], name="command_request_number")]

    def __str__(self) -> str:
        return self.what
