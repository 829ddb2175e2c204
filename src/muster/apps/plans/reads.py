"""Questions about contingency plans and places: which plan fits an incident, what it asks for, who uses a place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Model, QuerySet

from muster.apps.people.models import MemberState
from muster.apps.people.reads.validity import valid_holdings
from muster.apps.plans.models import MusterPoint, Plan, PlanNeed, Site
from muster.core.errors import NotFound
from muster.core.units import beijing_day


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One line of the list of plans."""

    plan: Plan
    posts: int
    lines: tuple[PlanNeed, ...]

    @property
    def latest_minutes(self) -> int:
        """When the last line is due, minutes from T0; 0 for a plan without lines."""
        return max((line.due_minutes for line in self.lines), default=0)


def current_plans() -> QuerySet[Plan]:
    """Plans in force, i.e. not retired."""
    return Plan.objects.filter(retired_at=None).select_related("site").order_by("kind", "zh", "pk")


def plan_by_id(plan_id: int) -> Plan:
    """The plan with its site. Error: NotFound "plans.unknown"."""
    plan = Plan.objects.select_related("site").filter(pk=plan_id).first()
    if plan is None:
        raise NotFound("plans.unknown", plan=plan_id)
    return plan


def plan_rows(*, retired: bool = False) -> list[PlanRow]:
    """All plans in force (or the retired ones) with their lines; two queries."""
    plans = Plan.objects.exclude(retired_at=None).order_by("-retired_at") if retired else current_plans()
    rows = plans.select_related("site").prefetch_related("needs__capability", "muster_points")
    return [_row(plan) for plan in rows]


def _row(plan: Plan) -> PlanRow:
    lines = tuple(plan.needs.all())
    return PlanRow(plan, sum(line.people for line in lines), lines)


def matching_plan(kind: str, site: Site | None) -> Plan | None:
    """The plan to propose for an incident of this kind: one written for this site, else one for no site in particular.

    A plan for another site is never proposed: its muster points lie elsewhere. Among equals the pre-authorised
    one wins, then the one changed last.
    """
    sites = (None, site.pk if site else None)
    plans = [plan for plan in current_plans() if plan.kind == kind and plan.site_id in sites]
    return max(plans, key=_fitness, default=None)


def _fitness(plan: Plan) -> tuple[bool, bool, datetime, int]:
    return plan.site_id is not None, plan.pre_authorised_at is not None, plan.changed_at, plan.pk


def holder_counts(at: datetime) -> dict[int, int]:
    """capability id -> active members who hold it validly on the Beijing day of `at`; others are absent."""
    held = valid_holdings(beijing_day(at)).filter(member__state=MemberState.ACTIVE)
    return dict(held.order_by().values_list("capability").annotate(Count("member", distinct=True)))


def is_used(place: MusterPoint | Site, *, but_for: type[Model] | None = None) -> bool:
    """Whether any row of any app (other than of the model `but_for`) names the muster point or the site."""
    relations = [relation for relation in place._meta.related_objects if relation.related_model is not but_for]
    return any(
        relation.related_model._default_manager.filter(**{relation.field.name: place}).exists()
        for relation in relations
    )


def point_by_id(pk: str) -> MusterPoint:
    """Error: NotFound "plans.point_unknown", also for what is no number."""
    point = MusterPoint.objects.filter(pk=pk).first() if _is_id(pk) else None
    if point is None:
        raise NotFound("plans.point_unknown")
    return point


def site_by_id(pk: str) -> Site:
    """Error: NotFound "plans.site_unknown", also for what is no number."""
    site = Site.objects.filter(pk=pk).first() if _is_id(pk) else None
    if site is None:
        raise NotFound("plans.site_unknown")
    return site


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10
