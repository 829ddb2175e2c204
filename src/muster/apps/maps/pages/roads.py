"""Pages of the roads: closures and what they cut off, and what lies within how many minutes of a muster point."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from muster.access.pages import needs
from muster.access.rights import Right, check
from muster.apps.maps import actions, places, reads
from muster.apps.maps.forms import MODE_WORDS, ClosureForm
from muster.apps.maps.models import Closure
from muster.apps.maps.places import Place
from muster.apps.maps.reads.roads import geojson_of
from muster.apps.people.reads import member_arrays
from muster.core.errors import MusterError, NotFound
from muster.jobs import clock
from muster.planning.roads.closures import named_roads
from muster.planning.roads.graph import MODES
from muster.planning.roads.network import Network
from muster.planning.roads.reach import BANDS, bands_of, isochrones

MOST_NAMES = 1500  # offered while typing; any other name may be typed all the same


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_INCIDENTS)
def closures(request: HttpRequest) -> HttpResponse:
    """/maps/closures/: closures of now, to come and over, what they cut off, and the form of a new one."""
    form = ClosureForm()
    if request.method == "POST":
        check(request.actor, Right.CLOSE_ROADS)
        form = ClosureForm(request.POST)
        if form.is_valid() and _draw(request, form):
            return redirect("closures")
    at, current = clock.now(), reads.current_network()
    context = {
        "nav": "roads",
        "form": form,
        "listed": reads.listed_closures(at),
        "effects": reads.effects_at(at, request.actor),
        "current": current,
        "names": _names(current.network) if current and current.network else [],
        "may_close": request.actor.may(Right.CLOSE_ROADS),
        "mode_words": MODE_WORDS,
        "all_modes": len(MODES),
    }
    return render(request, "maps/closures.html", context, status=422 if form.is_bound else 200)


def _draw(request: HttpRequest, form: ClosureForm) -> bool:
    try:
        row = actions.draw_closure(request.actor, form.to_input())
    except MusterError as error:
        form.refused = error
        return False
    roads = ", ".join(str(name) for name, _metres in row.cuts if name)
    if roads:
        messages.success(request, _("Closed: %(roads)s. All times are being computed anew.") % {"roads": roads})
    else:
        messages.success(request, _("The closure is drawn. All times are being computed anew."))
    return True


def _names(network: Network) -> list[str]:
    """Names of roads, bridges first."""
    found = named_roads(network)
    return sorted(found, key=lambda name: (not found[name], name))[:MOST_NAMES]


@require_POST
@needs(Right.CLOSE_ROADS)
def closure_end(request: HttpRequest, closure_id: int) -> HttpResponse:
    row = actions.end_closure(request.actor, reads.closure_by_id(closure_id))
    name = row.name or row.get_kind_display()
    messages.success(request, _("%(name)s is open again.") % {"name": name})
    return redirect("closures")


@require_safe
@needs(Right.SEE_INCIDENTS)
def closures_json(_request: HttpRequest) -> JsonResponse:
    """/maps/closures.json: closures of now and to come as GeoJSON, WGS-84."""
    listed = reads.listed_closures(clock.now())
    features = [*_features(listed.now, "now"), *_features(listed.later, "later")]
    return JsonResponse({"type": "FeatureCollection", "features": features})


def _features(rows: Iterable[Closure], when: str) -> list[dict[str, object]]:
    return [
        {"type": "Feature", "geometry": row.geometry, "properties": {"kind": when, "name": row.name}} for row in rows
    ]


@require_safe
@needs(Right.SEE_INCIDENTS)
def reach(request: HttpRequest) -> HttpResponse:
    """/maps/reach/?point=A&mode=car: what lies within 10, 20, 30, 45 and 60 minutes of a muster point."""
    points = places.places("point")
    point, mode = _asked(request, points)
    at = clock.now()
    roads = reads.roads_at(at)
    context = {
        "nav": "roads",
        "points": points,
        "point": point,
        "mode": mode,
        "mode_words": MODE_WORDS,
        "by_road": roads.network is not None,
        "rows": _band_rows(roads, point, mode) if point and roads.network else [],
        "closures": reads.closures_at(at).count(),
    }
    return render(request, "maps/reach.html", context)


def _asked(request: HttpRequest, points: list[Place]) -> tuple[Place | None, str]:
    """The point and the mode asked for; the first point, and cars, where nothing is asked. NotFound "maps.no_point"."""
    mode = request.GET.get("mode", "car")
    if mode not in MODES:
        mode = "car"
    key = request.GET.get("point")
    if key is None:
        return (points[0] if points else None), mode
    found = next((point for point in points if point.key == key), None)
    if found is None:
        raise NotFound("maps.no_point")
    return found, mode


def _band_rows(roads: reads.Roads, point: Place, mode: str) -> list[dict[str, object]]:
    """Members per band: minutes of the road alone, without getting ready."""
    network, closed = roads.network, roads.closed
    if network is None or closed is None:
        return []
    arrays, index = member_arrays(clock.now()), MODES.index(mode)
    minutes = network.times(index, arrays.lon, arrays.lat, (point.lon, point.lat), closed[index])
    counts = np.bincount(bands_of(minutes), minlength=len(BANDS) + 1)
    rows = [{"band": i, "minutes": int(limit), "people": int(counts[i])} for i, limit in enumerate(BANDS)]
    never = int((~np.isfinite(minutes)).sum())
    return [*rows, {"band": None, "minutes": None, "people": int(counts[-1]) - never, "never": never}]


@require_safe
@needs(Right.SEE_INCIDENTS)
def reach_json(request: HttpRequest) -> JsonResponse:
    """/maps/reach.json: the bands as GeoJSON areas, WGS-84; no people."""
    point, mode = _asked(request, places.places("point"))
    roads = reads.roads_at(clock.now())
    features = []
    if point and roads.network is not None and roads.closed is not None:
        index = MODES.index(mode)
        areas = isochrones(roads.network, index, (point.lon, point.lat), roads.closed[index])
        features = [
            {
                "type": "Feature",
                "geometry": geojson_of(area),
                "properties": {"kind": "band", "band": BANDS.index(limit)},
            }
            for limit, area in areas
        ]
    return JsonResponse({"type": "FeatureCollection", "features": features})
