"""Service: commitments, turns of duty, pay rates, past callouts and the response model fitted to them."""

from django.db import models

from muster.apps.people.models import Member


class Commitment(models.Model):
    """A member is taken from `starts_at` until `ends_at` (open while null). `ref` names what for, e.g. callout:12."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="commitments")
    ref = models.CharField(max_length=40, db_index=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    exercise = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=models.Q(ends_at=None), name="service_one_open_commitment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.ref}"


class Attendance(models.Model):
    """One turn of duty: from check-in to release. The unit of pay is the Beijing day on which a turn starts."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="attendances")
    ref = models.CharField(max_length=40, db_index=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    exercise = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "ref"], name="service_attendance_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.ref}"


class PayRate(models.Model):
    """Allowance per person-day in CNY from a date on."""

    valid_from = models.DateField(unique=True)
    cny_per_day = models.DecimalField(max_digits=8, decimal_places=2)

    def __str__(self) -> str:
        return f"{self.valid_from} {self.cny_per_day}"


class PastAlert(models.Model):
    """One alert of a past callout, imported or learned: the response model's data. Those of exercises are kept apart: the
    model is never fitted to them."""

    callout_ref = models.CharField(max_length=20)
    called_at = models.DateTimeField(db_index=True)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="past_alerts")
    channel = models.CharField(max_length=10)
    delivered = models.BooleanField()
    reply = models.CharField(
        max_length=10, choices=[("none", "none"), ("accepted", "accepted"), ("declined", "declined")]
    )
    reply_minutes = models.FloatField(null=True)
    arrived_minutes = models.FloatField(null=True)
    exercise = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["callout_ref", "member"], name="service_past_alert_once")]

    def __str__(self) -> str:
        return f"{self.callout_ref}:{self.member_id}"


class ResponseModelRow(models.Model):
    """A fitted response model; the newest is in force. `body` is planning.response.ResponseModel.to_dict()."""

    version = models.CharField(max_length=40)
    fitted_at = models.DateTimeField()
    callouts = models.PositiveIntegerField()
    body = models.JSONField()

    def __str__(self) -> str:
        return self.version


class Learning(models.Model):
    """One row: the model waits to be fitted anew while `wanted_seq` is ahead of `fitted_seq`."""

    wanted_seq = models.PositiveBigIntegerField(default=0)
    fitted_seq = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.fitted_seq}/{self.wanted_seq}"
