"""The callout of an incident: its needs, the people alerted, what they replied."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from muster.access.fields import SealedTextField
from muster.apps.incidents.models.incident import Incident
from muster.apps.people.models import Capability, Member, Unit
from muster.apps.plans.models import CallingTerms, MusterPoint, ReplacementPolicy


class CalloutState(models.TextChoices):
    DRAFT = "draft", _("Being solved")
    RECOMMENDED = "recommended", _("Waiting for approval")
    FILLING = "filling", _("Filling")
    FILLED = "filled", _("Filled")
    SHORT = "short", _("Short")
    STOOD_DOWN = "stood_down", _("Stood down")
    CLOSED = "closed", _("Closed")


class Callout(CallingTerms):
    """`wanted_seq` counts changes of state that call for a new solve; the solve lane works until `solved_seq` has caught up."""

    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, related_name="callout")
    state = models.CharField(max_length=12, choices=CalloutState, default=CalloutState.DRAFT)
    target = models.FloatField()
    policy = models.CharField(max_length=10, choices=ReplacementPolicy, default=ReplacementPolicy.PROPOSE)
    muster_points = models.ManyToManyField(MusterPoint)
    wanted_seq = models.PositiveIntegerField(default=1)
    solved_seq = models.PositiveIntegerField(default=0)
    solve_claim = models.CharField(max_length=32, blank=True)
    solve_claimed_at = models.DateTimeField(null=True, help_text="real time")
    approved_by = models.CharField(max_length=80, blank=True)
    approved_at = models.DateTimeField(null=True)
    stated_p = models.FloatField(null=True, help_text="lower limit certified at the first approval")
    stood_down_by = models.CharField(max_length=80, blank=True)
    stood_down_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    @property
    def ref(self) -> str:
        """How commitments and attendances name this callout."""
        return f"callout:{self.pk}"

    def __str__(self) -> str:
        return f"callout {self.pk} {self.state}"


class NeedLine(models.Model):
    callout = models.ForeignKey(Callout, on_delete=models.CASCADE, related_name="needs")
    order = models.PositiveSmallIntegerField()
    capability = models.ForeignKey(Capability, on_delete=models.PROTECT)
    people = models.PositiveSmallIntegerField()
    due_minutes = models.PositiveSmallIntegerField(help_text="from T0")

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["callout", "order"], name="incidents_need_order")]

    def __str__(self) -> str:
        return f"{self.people} x {self.capability_id}"


class Wave(models.Model):
    """One approved sending: first wave, replacements, hand-picked. Who ordered it, and on what computed ground."""

    callout = models.ForeignKey(Callout, on_delete=models.PROTECT, related_name="waves")
    number = models.PositiveSmallIntegerField()
    origin = models.CharField(
        max_length=12, choices=[("plan", _("Plan")), ("replacement", _("Replacement")), ("hand", _("Picked by hand"))]
    )
    ordered_by = models.CharField(max_length=80)
    ordered_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    solve_run = models.ForeignKey("incidents.SolveRun", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["callout", "number"], name="incidents_wave_number")]

    def __str__(self) -> str:
        return f"{self.callout_id}/{self.number}"


class AlertState(models.TextChoices):
    QUEUED = "queued", _("Waiting to be sent")
    NOTIFIED = "notified", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    UNDELIVERED = "undelivered", _("Not delivered")
    UNCLEAR = "unclear", _("Unclear")
    ACCEPTED = "accepted", _("Accepted")
    EN_ROUTE = "en_route", _("En route")
    DECLINED = "declined", _("Declined")
    CHECKED_IN = "checked_in", _("Checked in")
    RELEASED = "released", _("Released")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    NO_SHOW = "no_show", _("No-show")
    NO_ANSWER = "no_answer", _("No answer")


class Alert(models.Model):
    """One person called for one callout, and where that stands. Released before check-in: told early; after it: left.

    A unit is called through its lead: his alert names the unit and keeps the number he confirmed (himself included), the
    alerts of his people name his. Their channel is "lead" as long as nothing but his message has called them.
    """

    callout = models.ForeignKey(Callout, on_delete=models.PROTECT, related_name="alerts")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="alerts")
    wave = models.ForeignKey(Wave, on_delete=models.PROTECT, related_name="alerts")
    need = models.ForeignKey(
        NeedLine, null=True, on_delete=models.PROTECT, related_name="alerts", help_text="the post named in the message"
    )
    post = models.ForeignKey(
        NeedLine, null=True, on_delete=models.PROTECT, related_name="posted", help_text="the post filled at check-in"
    )
    muster_point = models.ForeignKey(MusterPoint, on_delete=models.PROTECT)
    state = models.CharField(max_length=12, choices=AlertState, default=AlertState.QUEUED)
    channel = models.CharField(max_length=10)
    token_hash = models.CharField(max_length=64, unique=True)
    alerted_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)
    eta_at = models.DateTimeField(null=True)
    reason = SealedTextField(blank=True, help_text="sealed: people write what they like")
    checked_in_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    contradicted = models.BooleanField(
        default=False, help_text="gave answers that contradict each other; somebody should look"
    )
    unit_called = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="+", help_text="the unit called through this lead"
    )
    unit_said = models.PositiveSmallIntegerField(null=True, help_text="how many of the unit come, by its lead")
    unit_said_at = models.DateTimeField(null=True)
    through = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="called_through", help_text="the lead's alert"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["callout", "member"], name="incidents_alert_once")]
        indexes = [models.Index(fields=["callout", "state"])]

    @property
    def ref(self) -> str:
        return f"alert:{self.pk}"

    def __str__(self) -> str:
        return f"{self.callout_id}:{self.member_id} {self.state}"


class Reply(models.Model):
    """Every answer as it came, never overwritten; late, double and contradictory ones too."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="replies")
    at = models.DateTimeField()
    channel = models.CharField(
        max_length=10,
        choices=[
            ("sms", _("SMS")),
            ("voice", _("Key pressed in a call")),
            ("page", _("Reply page")),
            ("desk", _("Phone, entered at the desk")),
            ("lead", _("Through the lead")),
        ],
    )
    answer = models.CharField(
        max_length=10,
        choices=[
            ("accept", _("Accepts")),
            ("decline", _("Declines")),
            ("unclear", _("Unclear")),
            ("en_route", _("Has set out")),
        ],
    )
    eta_minutes = models.PositiveSmallIntegerField(null=True)
    reason = SealedTextField(blank=True, help_text="sealed: people write what they like")
    text = SealedTextField(blank=True)
    by = models.CharField(max_length=80)
    counted = models.BooleanField(help_text="changed the alert's state")
    note = models.CharField(max_length=20, blank=True, help_text="late, double, contradicts, closed")

    def __str__(self) -> str:
        return f"{self.alert_id} {self.answer}"
