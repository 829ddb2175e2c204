"""Sites, muster points, map layers and contingency plans of the demonstration district."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from muster.apps.people.models import Capability
from muster.apps.plans.models import MapLayer, MusterPoint, Plan, PlanNeed, Site
from muster.exercise.data import read
from muster.exercise.district.ground import LAYER_SOURCE
from muster.exercise.district.make import District
from muster.exercise.prepare import CAST


def load_places(district: District) -> None:
    """Called inside the loader's transaction, after the capabilities are there."""
    spec = read("district")
    Site.objects.bulk_create([Site(**point) for point in spec["points"]])
    MusterPoint.objects.bulk_create([MusterPoint(**point) for point in spec["muster_points"]])
    layers = enumerate(district.ground.layers.items())
    MapLayer.objects.bulk_create([
        MapLayer(slug=slug, order=order, geojson=body, source=LAYER_SOURCE) for order, (slug, body) in layers
    ])  # fmt: skip
    for plan in (*read("plans"), *read("plans_more")):
        _load_plan(plan, district)


def _load_plan(raw: dict[str, Any], district: District) -> None:
    written = district.start - timedelta(days=120)
    plan = Plan(
        zh=raw["zh"], en=raw["en"], kind=raw["kind"], target=raw["target"], note=raw["note"], changed_at=written,
        site=Site.objects.get(slug=raw["site"]) if raw["site"] else None,
    )  # fmt: skip
    if raw["pre_authorised"]:
        plan.pre_authorised_by, plan.pre_authorised_at = CAST["head"][1], written + timedelta(days=2)
    plan.save(force_insert=True)
    plan.muster_points.set(MusterPoint.objects.filter(letter__in=list(raw["points"])))
    known = {c.slug: c for c in Capability.objects.all()}
    PlanNeed.objects.bulk_create([
        PlanNeed(plan=plan, order=order, capability=known[slug], people=people, due_minutes=due)
        for order, (slug, (people, due)) in enumerate(raw["needs"].items(), start=1)
    ])  # fmt: skip
