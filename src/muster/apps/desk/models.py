"""Entries made on a phone in the field, so that each counts once however often it is sent."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from muster.apps.incidents.models import Alert


class FieldEntry(models.Model):
    """One tap of a town officer or a village lead. `key` is made on the phone; the row is the receipt for it."""

    key = models.CharField(max_length=64, unique=True)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="field_entries")
    said = models.CharField(max_length=40, help_text="accept-30, decline-at_work, en_route, unclear, here-muster …")
    said_at = models.DateTimeField(help_text="when it was tapped, by our clock less the age the phone told")
    taken_at = models.DateTimeField()
    by = models.CharField(max_length=80)
    outcome = models.CharField(
        max_length=8, choices=[("noted", _("Noted")), ("kept", _("Kept, changes nothing")), ("refused", _("Refused"))]
    )
    code = models.CharField(
        max_length=60, blank=True, help_text="why it is only kept, or the error it was refused with"
    )

    def __str__(self) -> str:
        return f"{self.key} {self.outcome}"
