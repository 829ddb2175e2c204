"""A change made for many people at once, with what it changed of each, so that it can be put back."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from muster.apps.people.models import Member


class BulkKind(models.TextChoices):
    AWAY = "away", _("Enter an absence")
    RENEW = "renew", _("Renew a certificate")
    LEARNED = "learned", _("Add a capability after a course")
    MOVE = "move", _("Move to another unit")
    STATE = "state", _("Take out of the active list")


class BulkAct(models.Model):
    """One act. `said` holds what was ordered: slugs, codes and days, nothing about a person."""

    kind = models.CharField(max_length=10, choices=BulkKind)
    said = models.JSONField(default=dict)
    done_by = models.CharField(max_length=80)
    done_at = models.DateTimeField()
    undone_by = models.CharField(max_length=80, blank=True)
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class BulkChange(models.Model):
    """What the act changed of one member: `before` and `after` in the shape of its kind (see actions.bulk). `kept` says
    after an undo why this one was not put back, "" when it was."""

    act = models.ForeignKey(BulkAct, on_delete=models.CASCADE, related_name="changes")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="bulk_changes")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    kept = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["act", "member"], name="service_bulk_change_once")]

    def __str__(self) -> str:
        return f"{self.act_id}:{self.member_id}"
