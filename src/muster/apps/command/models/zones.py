"""Safety zones: closed until an entry of the right kind says why they are not, and closed again by another."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from muster.apps.incidents.models import Incident


class ZoneKind(models.TextChoices):
    ELECTRIC = "electric", _("Live zone (electric)")
    AIRSPACE = "airspace", _("Controlled airspace")
    OTHER = "other", _("Other danger zone")


class EntryKind(models.TextChoices):
    POWER_ISOLATED = "power_isolated", _("Power isolated")
    AIRSPACE_APPROVED = "airspace_approved", _("Airspace approved")
    SAFE_DECLARED = "safe_declared", _("Declared safe")
    CLOSED_AGAIN = "closed_again", _("Closed again")


class SafetyZone(models.Model):
    """ring: corners as [[lon, lat], ...], WGS-84, without the first repeated. Whether it is open: its newest entry."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="zones")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=ZoneKind)
    ring = models.JSONField()
    drawn_at = models.DateTimeField()
    drawn_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class ZoneEntry(models.Model):
    """What was confirmed to whom and when. Never changed: the next entry counts.

    confirmed_by: name or post of who confirmed; number: of the order or approval; authority: who approved.
    valid_from, valid_to: of an airspace approval, None otherwise."""

    zone = models.ForeignKey(SafetyZone, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=20, choices=EntryKind)
    confirmed_by = models.CharField(max_length=80)
    confirmed_at = models.DateTimeField()
    number = models.CharField(max_length=60, blank=True)
    authority = models.CharField(max_length=80, blank=True)
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=80)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.zone_id} {self.kind}"
