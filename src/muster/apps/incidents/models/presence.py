"""Who is there: check-ins and roll calls."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from muster.apps.incidents.models.callout import Alert, Callout


class CheckIn(models.Model):
    alert = models.OneToOneField(Alert, on_delete=models.PROTECT, related_name="check_in")
    at = models.DateTimeField()
    where = models.CharField(max_length=12, choices=[("muster", _("Muster point")), ("scene", _("Scene"))])
    method = models.CharField(max_length=8, choices=[("list", _("Name list")), ("qr", _("QR code"))])
    by = models.CharField(max_length=80)

    def __str__(self) -> str:
        return f"{self.alert_id}"


class RollCall(models.Model):
    """Started by a person; everyone present answers or stands on the missing list. `due_at` is when missing turns to alarm."""

    callout = models.ForeignKey(Callout, on_delete=models.PROTECT, related_name="roll_calls")
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    started_by = models.CharField(max_length=80)
    closed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.callout_id} {self.started_at}"


class RollCallAnswer(models.Model):
    roll_call = models.ForeignKey(RollCall, on_delete=models.CASCADE, related_name="answers")
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT)
    state = models.CharField(
        max_length=10,
        choices=[
            ("expected", _("Not yet answered")),
            ("present", _("Present")),
            ("accounted", _("Accounted for elsewhere")),
        ],
    )
    at = models.DateTimeField(null=True)
    by = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["roll_call", "alert"], name="incidents_roll_call_once")]

    def __str__(self) -> str:
        return f"{self.roll_call_id}:{self.alert_id}"
