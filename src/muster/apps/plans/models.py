"""Contingency plans (needs written on a quiet day) and the places of the district that plans and callouts use."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from muster.apps.people.models import Capability
from muster.core.errors import Conflict


class MusterPoint(models.Model):
    letter = models.CharField(max_length=2, unique=True)
    zh = models.CharField(max_length=60)
    en = models.CharField(max_length=80)
    address = models.CharField(max_length=120, blank=True)
    lon = models.FloatField()
    lat = models.FloatField()

    class Meta:
        ordering = ["letter"]

    def __str__(self) -> str:
        return self.letter


class Site(models.Model):
    """A critical place: where incidents happen and what must be kept safe."""

    slug = models.CharField(max_length=40, unique=True)
    zh = models.CharField(max_length=60)
    en = models.CharField(max_length=80)
    lon = models.FloatField()
    lat = models.FloatField()
    live_zone = models.BooleanField(default=False, help_text="traction power: no entry until power is confirmed off")
    controlled_airspace = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.slug


class MapLayer(models.Model):
    """A GeoJSON layer (WGS-84) of the offline map: towns, river, roads …"""

    slug = models.CharField(max_length=40, unique=True)
    order = models.PositiveSmallIntegerField(default=0)
    geojson = models.JSONField()
    source = models.CharField(max_length=120, blank=True)

    def __str__(self) -> str:
        return self.slug


class IncidentKind(models.TextChoices):
    FIRE = "accident.fire", _("Fire")
    FLOOD = "natural.flood", _("Flood")
    LANDSLIDE = "natural.landslide", _("Landslide")
    HAZMAT = "accident.hazmat", _("Hazardous substance")
    EPIDEMIC = "health.infectious_disease", _("Epidemic")
    SEARCH = "accident.search", _("Search and rescue")
    EVENT = "planned.public_gathering", _("Large event")
    OTHER = "other", _("Other")


class ReplacementPolicy(models.TextChoices):
    PROPOSE = "propose", _("Propose replacements")
    AUTOMATIC = "automatic", _("Send replacements within the approved plan")


class Calling(models.TextChoices):
    INDIVIDUALS = "individuals", _("Person by person")
    UNITS = "units", _("Whole units, through their leads")


class CallingTerms(models.Model):
    """How people are called. The rest counts for units only; the touch cost is in alerts."""

    calling = models.CharField(max_length=12, choices=Calling, default=Calling.INDIVIDUALS)
    touch_cost = models.FloatField(default=2.0, help_text="what calling one more unit costs, in alerts")
    smallest_group = models.PositiveSmallIntegerField(
        default=3, help_text="fewest people of a unit that is called, its lead among them"
    )
    lead_minutes = models.PositiveSmallIntegerField(
        default=5, help_text="time a lead has to confirm before his people get messages of their own"
    )

    class Meta:
        abstract = True

    @property
    def by_units(self) -> bool:
        return self.calling == Calling.UNITS


TERMS = ("calling", "touch_cost", "smallest_group", "lead_minutes")


class Plan(CallingTerms):
    """What a kind of incident needs. Pre-authorised by the office head, the duty officer may approve it alone."""

    zh = models.CharField(max_length=80)
    en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=40, choices=IncidentKind)
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT)
    target = models.FloatField(default=0.95)
    policy = models.CharField(max_length=10, choices=ReplacementPolicy, default=ReplacementPolicy.PROPOSE)
    muster_points = models.ManyToManyField(MusterPoint, related_name="plans")
    note = models.TextField(blank=True)
    pre_authorised_by = models.CharField(max_length=80, blank=True)
    pre_authorised_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.zh


class PlanNeed(models.Model):
    """`people` with `capability` on the spot within `due_minutes` of T0."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="needs")
    order = models.PositiveSmallIntegerField()
    capability = models.ForeignKey(Capability, on_delete=models.PROTECT)
    people = models.PositiveSmallIntegerField()
    due_minutes = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["plan", "order"], name="plans_need_order")]

    def __str__(self) -> str:
        return f"{self.people} x {self.capability_id}"


class CheckState(models.TextChoices):
    WANTED = "wanted", _("Waiting for its answer")
    ANSWERED = "answered", _("Answered; ways to mend it are being sought")
    DONE = "done", _("Answered")


class ProofQuerySet(models.QuerySet["PlanCheck"]):
    """Answers are never deleted; that one which is given is never changed is held by triggers of the database."""

    def delete(self) -> tuple[int, dict[str, int]]:
        raise Conflict("plans.check_immutable")


class PlanCheck(models.Model):
    """Does a shipped template, or a plan of the office (template "plan-<number>"), hold with the people on the books? Asked
    once, answered once; once done it never changes.

    `result` holds what pages show: points, lines, alert (member ids), certificate, shortfall, repairs, later.
    """

    template = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=CheckState, default=CheckState.WANTED, db_index=True)
    asked_by = models.CharField(max_length=80)
    asked_at = models.DateTimeField()
    at = models.DateTimeField(null=True, help_text="the moment that is answered for")
    solved_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0.0)
    outcome = models.CharField(max_length=10, blank=True, help_text="holds, short, nobody or failed")
    target = models.FloatField()
    p_low = models.FloatField(null=True)
    p_hat = models.FloatField(null=True)
    p_high = models.FloatField(null=True)
    books_seq = models.BigIntegerField(default=0, help_text="entries of the people's journal when it was answered")
    roster_hash = models.CharField(max_length=64, blank=True)
    model_version = models.CharField(max_length=60, blank=True)
    touch = models.CharField(max_length=64, blank=True, help_text="what the plan hangs on; see books.touch_of")
    result = models.JSONField(default=dict)

    objects = ProofQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["template", "-id"])]

    def __str__(self) -> str:
        return f"{self.template} {self.state}"

    def save(self, **options: object) -> None:
        """A new question only: answers are kept by the actions, compare-and-set. Conflict "plans.check_immutable"."""
        if self.pk is not None and not options.get("force_insert"):
            raise Conflict("plans.check_immutable")
        super().save(**options)

    def delete(self, **_options: object) -> tuple[int, dict[str, int]]:
        raise Conflict("plans.check_immutable")


class LossTest(models.Model):
    """Which single loss would break the plan of an answer that holds: made once, never changed.

    `result`: {"losses": [{"kind", "key", "zh", "en", "people", "left", "rest", "verdict"}], worst first, "turnouts": ...}
    """

    check_of = models.OneToOneField(PlanCheck, on_delete=models.PROTECT, related_name="losses")
    made_at = models.DateTimeField()
    seconds = models.FloatField(default=0.0)
    breaking = models.PositiveIntegerField(
        default=0, help_text="single losses after which nobody on the books can save it"
    )
    result = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.check_of_id} {self.breaking}"
