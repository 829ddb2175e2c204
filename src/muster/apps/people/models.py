"""People on the books: units, employers, members and what they can do, when they are away, what they agreed to."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from muster.access.fields import SealedTextField


class UnitKind(models.TextChoices):
    OFFICE = "office", _("Office")
    TOWN = "town", _("Town office")
    VILLAGE = "village", _("Village unit")
    TEAM = "team", _("Specialist team")


class FormationState(models.TextChoices):
    FILLED = "filled", pgettext_lazy("unit", "Filled")
    PRE_FORMED = "pre_formed", _("Pre-formed")


class Unit(models.Model):
    """Node of the tree. `path` is "/".join of codes from the office down; a village is known by town and place."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60, help_text="what the unit is called, e.g. 新田连")
    place = models.CharField(max_length=60, blank=True, help_text="village or community it covers, e.g. 新田社区")
    name_en = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=10, choices=UnitKind)
    state = models.CharField(max_length=12, choices=FormationState, default=FormationState.FILLED)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=200, db_index=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    class Meta:
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name


class Establishment(models.Model):
    """How many of its people a unit should have with a capability, as it was ordered; no row: nothing was ordered."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="establishment")
    capability = models.ForeignKey("Capability", on_delete=models.PROTECT, related_name="+")
    heads = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "capability"], name="people_establishment_once")]

    def __str__(self) -> str:
        return f"{self.unit_id}:{self.capability_id} {self.heads}"


class Employer(models.Model):
    name = models.CharField(max_length=120)
    code = models.CharField(max_length=18, blank=True, db_index=True, help_text="unified social credit code")
    pays_wages = models.BooleanField(default=False, help_text="keeps paying wages on duty days")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "code"], name="people_employer_once")]

    def __str__(self) -> str:
        return self.name


class Capability(models.Model):
    """What a need asks for. `bit` is its place in the planner's 64-bit mask."""

    slug = models.CharField(max_length=40, unique=True)
    zh = models.CharField(max_length=40)
    en = models.CharField(max_length=60)
    bit = models.PositiveSmallIntegerField(unique=True)
    needs_certificate = models.BooleanField(
        default=False, help_text="counts only with a certificate that has not lapsed"
    )

    class Meta:
        ordering = ["bit"]

    def __str__(self) -> str:
        return self.slug


class MemberState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("member", "Active")
    SUSPENDED = "suspended", _("Suspended")
    DISCHARGED = "discharged", _("Discharged")


class Member(models.Model):
    """An enrolled person. Numbers are sealed, found again by blind index; names carry their sort and search keys."""

    number = models.CharField(max_length=20, unique=True, help_text="member number, e.g. TY000001")
    name = models.CharField(max_length=60)
    sort_pinyin = models.CharField(max_length=120, db_index=True)
    sort_stroke = models.CharField(max_length=120, db_index=True)
    initials = models.CharField(max_length=30, db_index=True)
    sex = models.CharField(max_length=1, blank=True, choices=[("1", _("male")), ("2", _("female"))])
    birth_date = models.DateField(null=True)
    id_number = SealedTextField(blank=True)
    id_index = models.CharField(max_length=64, blank=True, db_index=True)
    id_masked = models.CharField(max_length=20, blank=True)
    phone = SealedTextField(blank=True)
    phone_index = models.CharField(max_length=64, blank=True, db_index=True)
    phone_masked = models.CharField(max_length=20, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="members", help_text="unit served in")
    home_unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="residents", help_text="village lived in"
    )
    is_lead = models.BooleanField(default=False)
    employer = models.ForeignKey(Employer, null=True, on_delete=models.PROTECT, related_name="members")
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    prefers = models.CharField(max_length=10, blank=True, help_text="preferred channel")
    state = models.CharField(max_length=12, choices=MemberState, default=MemberState.ACTIVE)
    remark = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["sort_pinyin", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["id_index"], condition=~models.Q(id_index=""), name="people_member_id_once"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Holding(models.Model):
    """A capability a member holds. Outside [valid_from, valid_to] (dates inclusive, Beijing) it gives nothing."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="holdings")
    capability = models.ForeignKey(Capability, on_delete=models.PROTECT, related_name="holdings")
    number = models.CharField(max_length=60, blank=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True, db_index=True)
    evidence = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "capability"], name="people_holding_once")]

    def __str__(self) -> str:
        return f"{self.member_id}:{self.capability_id}"


class AwayNotice(models.Model):
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="away_notices")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=120, blank=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["starts_at", "ends_at"])]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="people_away_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id} away"


class Contact(models.Model):
    """A further way to reach a member (e-mail, landline, relative); the mobile phone stands on the member."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="contacts")
    kind = models.CharField(
        max_length=12,
        choices=[
            ("landline", _("Landline")),
            ("email", _("E-mail")),
            ("app", _("Office messenger")),
            ("relative", _("Relative")),
        ],
    )
    value = SealedTextField()
    masked = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.member_id} {self.kind}"


class Consent(models.Model):
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(
        max_length=30,
        choices=[
            ("callout", _("Be called out")),
            ("position", _("Position on duty")),
            ("employer", _("Tell the employer")),
        ],
    )
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.member_id} {self.purpose}"


class ErasureRequest(models.Model):
    """A member asked to be erased. It waits until he takes it back, the office answers why not, or it is done."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="erasure_requests")
    asked_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.CharField(max_length=80, blank=True)
    answer = models.CharField(max_length=200, blank=True, help_text="why it can not be done yet, for the member")

    def __str__(self) -> str:
        return f"{self.member_id} {self.asked_at:%Y-%m-%d}"


class ImportState(models.TextChoices):
    QUEUED = "queued", _("Waiting")
    CHECKING = "checking", _("Checking")
    CHECKED = "checked", _("Checked, not yet taken over")
    COMMITTING = "committing", _("Taking over")
    DONE = "done", _("Taken over")
    FAILED = "failed", _("Could not be read")


class ImportRun(models.Model):
    """One upload: dry run first, then all-or-nothing commit of the good rows."""

    state = models.CharField(max_length=12, choices=ImportState, default=ImportState.QUEUED)
    kind = models.CharField(max_length=10, default="people")
    file_name = models.CharField(max_length=200)
    file_path = models.CharField(max_length=300, help_text="under MUSTER_HOME/imports, deleted after 30 days")
    datum = models.CharField(max_length=8)
    as_of = models.DateField()
    done_rows = models.PositiveIntegerField(default=0)
    total_rows = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict, help_text="the contract's JSON: rows, accepted, rejected, fixed, warnings")
    error = models.CharField(max_length=60, blank=True)
    started_by = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"import {self.pk}"


class ColumnMap(models.Model):
    """What the columns of an office's own workbook mean, said once by a person and known again by the header row."""

    fingerprint = models.CharField(max_length=64, unique=True)
    headers = models.JSONField(default=list, help_text="the header cells, as written")
    fields = models.JSONField(default=list, help_text="field per column from A on, empty for one that is left out")
    said_by = models.CharField(max_length=80)
    said_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.fingerprint[:12]
