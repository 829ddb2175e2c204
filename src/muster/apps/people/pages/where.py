"""Where members live: a map drawn from points per village, and the same figures as a table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muster.access.pages import needs
from muster.access.rights import Actor, Right
from muster.apps.people.models import Unit, UnitKind
from muster.apps.people.reads import member_arrays, visible_members
from muster.jobs import clock


@dataclass(frozen=True, slots=True)
class VillageHeads:
    """A village and how many active members live there; the point is the village's, else the middle of the homes."""

    unit: Unit
    heads: int
    away: int
    lon: float | None
    lat: float | None


def villages(actor: Actor) -> list[VillageHeads]:
    """Villages with residents that the actor sees, in tree order."""
    arrays = member_arrays(clock.now())
    seen = np.ones(len(arrays), dtype=np.bool_)
    if actor.unit_path:
        seen = np.isin(
            arrays.ids, np.array(sorted(visible_members(actor).values_list("pk", flat=True)), dtype=np.int64)
        )
    found = []
    for unit in Unit.objects.filter(kind=UnitKind.VILLAGE).select_related("parent").order_by("path"):
        here = seen & (arrays.home_unit == unit.pk)
        if not here.any():
            continue
        located = here & ~np.isnan(arrays.lon)
        middle = (
            (float(arrays.lon[located].mean()), float(arrays.lat[located].mean())) if located.any() else (None, None)
        )
        lon, lat = (unit.lon, unit.lat) if unit.lon is not None and unit.lat is not None else middle
        found.append(VillageHeads(unit, int(here.sum()), int((here & arrays.away).sum()), lon, lat))
    return found


@require_safe
@never_cache
@needs(Right.SEE_PEOPLE)
def people_map(request: HttpRequest) -> HttpResponse:
    found = villages(request.actor)
    context = {"nav": "people", "villages": found, "total": sum(one.heads for one in found)}
    return render(request, "people/map.html", context)


@require_safe
@never_cache
@needs(Right.SEE_PEOPLE)
def people_map_json(request: HttpRequest) -> JsonResponse:
    """GeoJSON (WGS-84): one point per village with its heads. Single homes are not drawn: nobody needs to see them."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [round(one.lon, 4), round(one.lat, 4)]},
            "properties": {
                "zh": one.unit.place or one.unit.name,
                "en": one.unit.name_en or one.unit.place or one.unit.name,
                "heads": one.heads,
                "away": one.away,
            },
        }
        for one in villages(request.actor)
        if one.lon is not None and one.lat is not None
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})
