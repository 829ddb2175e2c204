"""Entries made on a phone in the field, so that each counts once however often it is sent; and the sheet of each morning."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from muster.apps.incidents.models import Alert, Incident
from muster.apps.people.models import Member


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


class DutyDay(models.Model):
    """Who is on duty on one Beijing day, as the office entered it; the last entry counts."""

    day = models.DateField(unique=True)
    leader_name = models.CharField(max_length=40, blank=True)
    officer_name = models.CharField(max_length=40, blank=True)
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=80)

    def __str__(self) -> str:
        return str(self.day)


class SheetState(models.TextChoices):
    ASKED = "asked", pgettext_lazy("sheet", "Being made")
    MADE = "made", pgettext_lazy("sheet", "Made")
    MISSED = "missed", pgettext_lazy("sheet", "Not made")


class DailySheet(models.Model):
    """The sheet of one morning. Asked for first, so that the plans are answered anew; once made, `content` never changes.

    content: what desk.daily.facts.gather gives; digest: SHA-256 of it, the same as in the journal. Names of members never
    stand in it, only their numbers in the table: an erasure reaches them.
    """

    day = models.DateField(unique=True)
    state = models.CharField(max_length=8, choices=SheetState, default=SheetState.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=80)
    made_at = models.DateTimeField(null=True)
    content = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.day} {self.state}"


class SheetReader(models.Model):
    """A member to whom the summary is sent as a text each morning, because he agreed to it."""

    member = models.OneToOneField(Member, on_delete=models.PROTECT, related_name="sheet_reader")
    agreed_at = models.DateTimeField()
    added_by = models.CharField(max_length=80)

    def __str__(self) -> str:
        return f"sheet for {self.member_id}"


class LessonState(models.TextChoices):
    OPEN = "open", pgettext_lazy("finding", "Open")
    DONE = "done", pgettext_lazy("finding", "Done")
    DROPPED = "dropped", pgettext_lazy("finding", "Dropped")


class Lesson(models.Model):
    """A finding of a review. Drafted from a fact (`ref`, `code`, `figures` as they were then) or written by hand (all empty).

    text: the reviewer's own words; empty: the drafted sentence, made from code and figures in the reader's language.
    owner: who sees to it (account:7); whoever says that it is done is another. ended_text: what was done, or why it is none.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="lessons")
    heading = models.CharField(max_length=14)
    ref = models.CharField(max_length=40, blank=True)
    code = models.CharField(max_length=24, blank=True)
    figures = models.JSONField(default=dict)
    text = models.CharField(max_length=400, blank=True)
    owner = models.CharField(max_length=80, blank=True)
    due_on = models.DateField(null=True)
    state = models.CharField(max_length=8, choices=LessonState, default=LessonState.OPEN)
    ended_text = models.CharField(max_length=400, blank=True)
    raised_at = models.DateTimeField()
    raised_by = models.CharField(max_length=80)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "ref"], condition=~models.Q(ref=""), name="desk_one_lesson_per_fact"
            )
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.heading} {self.code}"


class ShareLink(models.Model):
    """A link to the partner view of one incident. Only the hash of its token is kept, so that nobody can read it here; it
    holds until `ends_at`, or until somebody ends it."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="share_links")
    token_hash = models.CharField(max_length=64, unique=True)
    reason = models.CharField(max_length=120, help_text="for whom and what for")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=80)
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.incident_id} until {self.ends_at}"
