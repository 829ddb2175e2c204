"""When somebody may be called: what he, or his town officer for him, has said of his weeks."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils.translation import pgettext_lazy

from muster.apps.people.models import Member
from muster.core.availability import Span
from muster.core.recurrence import parse


class AvailabilityState(models.TextChoices):
    AVAILABLE = "available", pgettext_lazy("availability", "Can be called")
    OFF = "off", pgettext_lazy("availability", "Off duty, not called")
    DELAYED = "delayed", pgettext_lazy("availability", "Can be called, needs longer to set out")


class AvailabilityReason(models.TextChoices):
    """Few and coarse on purpose: nobody has to tell more. Illness has no word of its own."""

    WORK = "work", pgettext_lazy("availability", "Shift at work")
    FAMILY = "family", pgettext_lazy("availability", "Family")
    STUDY = "study", pgettext_lazy("availability", "Study")
    OTHER = "other", pgettext_lazy("availability", "Other reason")


class AvailabilityRule(models.Model):
    """One word about days that come back, or about a single day (`rrule` ""). Beijing wall-clock minutes of the day.

    An end that is not after the start lies on the next day. A rule is never changed: it is taken back, and another made.
    """

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="availability")
    state = models.CharField(max_length=10, choices=AvailabilityState)
    minutes = models.PositiveSmallIntegerField(default=0, help_text="more minutes to set out, for delayed")
    reason = models.CharField(max_length=8, choices=AvailabilityReason, blank=True)
    starts_on = models.DateField()
    rrule = models.CharField(max_length=120, blank=True, help_text="RFC 5545; see core.recurrence")
    exceptions = models.CharField(max_length=440, blank=True, help_text="days left out, ISO, with blanks between")
    from_minute = models.PositiveSmallIntegerField()
    to_minute = models.PositiveSmallIntegerField()
    said_at = models.DateTimeField()
    said_by = models.CharField(max_length=80)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["cancelled_at", "starts_on"])]

    @property
    def days_left_out(self) -> list[str]:
        """Days on which it does not count, ISO."""
        return self.exceptions.split()

    @property
    def span(self) -> Span:
        """The rule as the pure evaluator wants it."""
        without = [date.fromisoformat(day) for day in self.days_left_out]
        days = parse(self.rrule, self.starts_on, without)
        return Span(days, self.from_minute, self.to_minute, self.state, self.minutes, self.reason)

    def __str__(self) -> str:
        return f"{self.member_id} {self.state} {self.rrule}"
