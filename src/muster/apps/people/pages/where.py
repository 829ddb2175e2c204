"""Where members live: a map of their homes, and the figures by village as a table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from numpy.typing import NDArray

from muster.access.pages import needs
from muster.access.rights import Actor, Right
from muster.apps.people.models import Unit, UnitKind
from muster.apps.people.reads import MemberArrays, member_arrays, visible_members
from muster.jobs import clock


@dataclass(frozen=True, slots=True)
class VillageHeads:
    """A village and how many active members live there."""

    unit: Unit
    heads: int
    away: int


def _seen(actor: Actor) -> tuple[MemberArrays, NDArray[np.bool_]]:
    arrays = member_arrays(clock.now())
    if not actor.unit_path:
        return arrays, np.ones(len(arrays), dtype=np.bool_)
    visible = np.array(sorted(visible_members(actor).values_list("pk", flat=True)), dtype=np.int64)
    return arrays, np.isin(arrays.ids, visible)


def villages(actor: Actor) -> list[VillageHeads]:
    """Villages with residents that the actor sees, in tree order."""
    arrays, seen = _seen(actor)
    found = []
    for unit in Unit.objects.filter(kind=UnitKind.VILLAGE).select_related("parent").order_by("path"):
        here = seen & (arrays.home_unit == unit.pk)
        if here.any():
            found.append(VillageHeads(unit, int(here.sum()), int((here & arrays.away).sum())))
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
    """GeoJSON (WGS-84): one point per active member, without a name and rounded to some 100 metres."""
    arrays, seen = _seen(request.actor)
    located = seen & ~np.isnan(arrays.lon) & ~np.isnan(arrays.lat)
    points = zip(arrays.lon[located], arrays.lat[located], arrays.away[located], strict=True)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [round(float(lon), 3), round(float(lat), 3)]},
            "properties": {"state": "silent" if away else "accepted"},
        }
        for lon, lat, away in points
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})
