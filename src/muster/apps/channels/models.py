"""Messages to people and what came back: an outbox written with the act, sent by a lane of its own, with receipts."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from muster.access.fields import SealedTextField
from muster.apps.people.models import Member, Unit


class MessageState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    CLAIMED = "claimed", _("Being sent")
    SENT = "sent", _("Handed over")
    PERHAPS_SENT = "perhaps_sent", _("Perhaps sent")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Not delivered")
    CALL_LIST = "call_list", _("On the call list")
    CANCELLED = "cancelled", _("Cancelled")


CHANNELS = [
    ("sms", _("SMS")),
    ("voice", _("Voice call")),
    ("email", _("E-mail")),
    ("app", _("Office messenger")),
    ("call_list", _("Call list")),
]


class OutMessage(models.Model):
    """`client_id` goes to the gateway with every try, so that a resend after a crash can be told from a second message.

    `ref` names what it belongs to (alert:17, sheet:2026-07-14:5); (ref, kind, channel) is unique: nobody gets two different
    alerts of one callout, nor a morning's summary twice. An alert that nobody acknowledged goes out again with the same
    words on the next channel: `step` counts the channels, `followed` says that nothing follows this one any more.
    """

    client_id = models.CharField(max_length=40, unique=True)
    ref = models.CharField(max_length=40)
    kind = models.CharField(
        max_length=12,
        choices=[
            ("alert", "alert"),
            ("release", "release"),
            ("stand_down", "stand_down"),
            ("thanks", "thanks"),
            ("reminder", "reminder"),
            ("sheet", "sheet"),
            ("test", "test"),
        ],
    )
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="messages")
    channel = models.CharField(max_length=10, choices=CHANNELS)
    step = models.PositiveSmallIntegerField(default=0, help_text="0: the first channel, 1: the next after it")
    followed = models.BooleanField(default=False, help_text="the next channel was used, or none is wanted")
    exercise = models.BooleanField()
    body = SealedTextField(help_text="sealed: it carries the reply link")
    state = models.CharField(max_length=12, choices=MessageState, default=MessageState.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(help_text="real time")
    claim = models.CharField(max_length=32, blank=True)
    claimed_at = models.DateTimeField(null=True, help_text="real time")
    queued_at = models.DateTimeField(help_text="system's clock")
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=60, blank=True)
    parts = models.PositiveSmallIntegerField(default=0, help_text="charged by the provider, once handed over")
    cost = models.DecimalField(max_digits=9, decimal_places=4, default=0, help_text="yuan, once handed over")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ref", "kind", "channel"], name="channels_one_message_per_channel"),
            # two lanes that queue the same message at once: one of them loses here
            models.UniqueConstraint(fields=["ref", "kind", "step"], name="channels_one_message_per_step"),
        ]
        indexes = [
            models.Index(fields=["state", "next_try_at"]),
            models.Index(fields=["kind", "followed", "channel"], name="channels_to_follow"),
        ]

    def __str__(self) -> str:
        return self.client_id


class Receipt(models.Model):
    """A delivery report as it came; late and double ones are kept."""

    message = models.ForeignKey(OutMessage, on_delete=models.CASCADE, related_name="receipts")
    at = models.DateTimeField()
    status = models.CharField(max_length=12)
    detail = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return f"{self.message_id} {self.status}"


class InMessage(models.Model):
    """A text that came in, stored before it is understood. `gateway_id` makes a doubled delivery harmless."""

    gateway_id = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="in_messages")
    sender = SealedTextField(blank=True, help_text="number it came from, so that strangers can be called back")
    sender_masked = models.CharField(max_length=20, blank=True)
    body = SealedTextField(help_text="sealed: people write what they like")
    exercise = models.BooleanField()
    channel = models.CharField(max_length=10, choices=CHANNELS, default="sms")
    answers = models.ForeignKey(
        OutMessage, null=True, on_delete=models.SET_NULL, related_name="+", help_text="the call whose key was pressed"
    )
    handled = models.CharField(
        max_length=20, blank=True, help_text="reply, late, unknown_sender, no_callout, unclear, refused, test"
    )

    def __str__(self) -> str:
        return self.gateway_id


class FindingState(models.TextChoices):
    RAISED = "raised", _("To be settled")
    CORRECTED = "corrected", _("Corrected")
    DISMISSED = "dismissed", _("Number is right")


class ContactFinding(models.Model):
    """A number that does not reach its member. Its owner is the officer of the unit; one open finding per number."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="contact_findings")
    number_index = models.CharField(max_length=64, blank=True)
    masked = models.CharField(max_length=20, blank=True)
    source = models.CharField(
        max_length=10,
        choices=[("gateway", _("The gateway said so")), ("voice", _("In a call")), ("person", _("On the telephone"))],
    )
    message = models.ForeignKey(OutMessage, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=FindingState, default=FindingState.RAISED)
    raised_at = models.DateTimeField()
    raised_by = models.CharField(max_length=80)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, blank=True)
    note = SealedTextField(blank=True, help_text="sealed: people write what they like")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "number_index"], condition=models.Q(state="raised"), name="channels_one_open_finding"
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.state}"


class TestState(models.TextChoices):
    RUNNING = "running", pgettext_lazy("test", "Running")
    PAUSED = "paused", pgettext_lazy("test", "Held while an incident is open")
    FINISHED = "finished", pgettext_lazy("test", "Finished")
    STOPPED = "stopped", pgettext_lazy("test", "Stopped")


class CommsTest(models.Model):
    """A test of the channels: one message per person and channel, which says that it is a test.

    running <-> paused -> finished | stopped. `closes_at` is set when the last message is in the outbox: answers are
    taken until then.
    """

    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+", help_text="null: everybody")
    exercise = models.BooleanField()
    channels = models.JSONField(default=list, help_text="names of the channels, in the order of the site")
    state = models.CharField(max_length=10, choices=TestState, default=TestState.RUNNING)
    started_by = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    closes_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            # at most one test is under way: exercise homes and real ones have a table each
            models.UniqueConstraint(
                fields=["exercise"], condition=models.Q(state__in=("running", "paused")), name="channels_one_test"
            )
        ]

    def __str__(self) -> str:
        return f"comms test {self.pk}"


class CommsProbe(models.Model):
    """One person on one channel in one test. `channel` is "call_list" for whom no machine can reach: nothing is sent.

    `unit` is where he belonged then, so that a result stays what it was. Handed over and delivered stand on the message.
    """

    test = models.ForeignKey(CommsTest, on_delete=models.CASCADE, related_name="probes")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="probes")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=10, choices=CHANNELS)
    step = models.PositiveSmallIntegerField(default=0)
    message = models.OneToOneField(OutMessage, null=True, on_delete=models.SET_NULL, related_name="probe")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["test", "member", "channel"], name="channels_one_probe")]

    def __str__(self) -> str:
        return f"{self.test_id} {self.member_id} {self.channel}"


class CommsSchedule(models.Model):
    """When tests begin by themselves (row 1). `every_days` 0: never; `hour` is the office's clock."""

    every_days = models.PositiveSmallIntegerField(default=0)
    hour = models.PositiveSmallIntegerField(default=10)
    set_by = models.CharField(max_length=80)
    set_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"every {self.every_days} days"


class RelayLink(models.Model):
    """The one reply relay of this site (row 1): keys, how far its answers are taken, when it was last heard."""

    own_key = SealedTextField(help_text="signs what goes to the relay")
    relay_key = models.CharField(max_length=64, help_text="public key that the relay's answers are checked with")
    epoch = models.CharField(max_length=32, blank=True)
    taken_seq = models.BigIntegerField(default=0)
    missing = models.JSONField(default=list, help_text="[[first, last], ...]: answers that never came")
    turn = models.BigIntegerField(default=0, help_text="number of the last page file")
    heard_at = models.DateTimeField(null=True, help_text="real time")
    ahead_seconds = models.IntegerField(default=0, help_text="the relay's clock before ours")
    refused = models.PositiveIntegerField(default=0, help_text="answers that can not be right")
    trouble = models.CharField(max_length=40, blank=True, help_text="why it was not heard just now")

    def __str__(self) -> str:
        return f"relay, heard {self.heard_at}"


class RelayAnswer(models.Model):
    """An answer that the relay has brought, so that the same one never counts twice."""

    answer_id = models.CharField(max_length=32, unique=True)
    ref = models.CharField(max_length=40, db_index=True)

    def __str__(self) -> str:
        return self.answer_id
