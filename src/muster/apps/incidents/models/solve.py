"""What the planner said, when, about which state. Rows are never changed: an old answer stays what it was."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from muster.apps.incidents.models.callout import Callout


class SolveRun(models.Model):
    """`p_*` is the chance that all needs are met in time with everybody alerted so far (`standing`);
    `proposal` is whom to alert now ([[member id, need order], …]) and `proposed_p_low` what that would certify."""

    callout = models.ForeignKey(Callout, on_delete=models.CASCADE, related_name="solve_runs")
    seq = models.PositiveIntegerField(help_text="the callout's wanted_seq this answers")
    at = models.DateTimeField(help_text="system's clock at the state it answers for")
    solved_at = models.DateTimeField(help_text="real time")
    seconds = models.FloatField()
    outcome = models.CharField(
        max_length=10,
        choices=[
            ("plan", _("Plan")),
            ("enough", _("Enough")),
            ("shortfall", _("Shortfall")),
            ("timeout", _("Not solved in time")),
        ],
    )
    roster_hash = models.CharField(max_length=64, help_text="of everything the problem was made from")
    model_version = models.CharField(max_length=40)
    p_low = models.FloatField(null=True)
    p_hat = models.FloatField(null=True)
    p_high = models.FloatField(null=True)
    proposed_p_low = models.FloatField(null=True)
    proposed_p_hat = models.FloatField(null=True)
    proposal = models.JSONField(default=list)
    groups = models.JSONField(default=list, help_text="[{unit, lead, people}]: units to be called through a lead")
    per_line = models.JSONField(default=list, help_text="[{order, p, expected, assigned}]")
    band = models.JSONField(default=dict, help_text="{minutes, low, median, high}: people on the spot, minutes from T0")
    certificate = models.JSONField(default=dict)
    shortfall = models.JSONField(default=dict)
    releasable = models.JSONField(default=list, help_text="alert ids that may be released early")
    excluded = models.JSONField(default=dict, help_text="how many were left out and why")

    class Meta:
        indexes = [models.Index(fields=["callout", "-id"])]

    def __str__(self) -> str:
        return f"{self.callout_id}@{self.seq} {self.outcome}"
