"""Pages that compose many apps: the duty page, its map and the ground layers of the district."""

from __future__ import annotations

import functools
import gzip
import hashlib
import json

from django.db.models import TextField
from django.db.models.functions import Cast, Length
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.views.decorators.http import condition, require_safe

from muster.access.pages import needs
from muster.access.rights import Actor, Right
from muster.apps.channels.comms_reads import comms_line
from muster.apps.command.reads.zones import flags_now
from muster.apps.desk import regions
from muster.apps.desk.daily.pages import morning_line
from muster.apps.desk.quiet import quiet
from muster.apps.desk.standing import standing
from muster.apps.desk.standing_words import said
from muster.apps.incidents import reads
from muster.apps.incidents.board import Board
from muster.apps.incidents.models import Callout
from muster.apps.plans.models import MapLayer, MusterPoint
from muster.jobs import clock


@needs(Right.SEE_INCIDENTS)
@require_safe
def duty(request: HttpRequest) -> HttpResponse:
    """/duty/: the one open incident, or all of them, or the calm of none. `?all` always lists."""
    incidents = list(reads.open_incidents(request.actor))
    if len(incidents) == 1 and "all" not in request.GET:
        return redirect("duty-incident", incident_id=incidents[0].pk)
    calm = {} if incidents else {"quiet": quiet(request.actor, clock.now()), **_standing(request.actor)}
    page = {
        "nav": "duty",
        "incidents": incidents,
        "now": clock.now(),
        "morning": morning_line(request.actor, clock.now()),
    }
    page |= {"line": comms_line(request.actor, clock.now()), **calm}
    return render(request, "desk/list.html", page)


def _standing(actor: Actor) -> dict[str, object]:
    found = standing(actor, clock.now())
    return {"standing": said(found), "gaps": found.gaps}


@needs(Right.SEE_INCIDENTS)
@require_safe
def duty_incident(request: HttpRequest, incident_id: int) -> HttpResponse:
    """/duty/<id>/: the whole board; live.js keeps it new."""
    board = reads.board(reads.callout_of(request.actor, incident_id), request.actor)
    values = regions.context(board, request.actor, regions.command_line(board))
    page = {"nav": "duty", "fit": True, "exercise": board.exercise, "regions": regions.REGIONS}
    return render(request, "desk/duty.html", values | page)


@needs(Right.SEE_INCIDENTS)
@require_safe
def duty_map(request: HttpRequest, incident_id: int) -> JsonResponse:
    """/duty/<id>/map.json: marks of people, muster points with counts, the place itself. No names, no numbers."""
    callout = reads.callout_of(request.actor, incident_id)
    return JsonResponse(map_picture(callout, reads.board(callout, request.actor), request.actor))


def map_picture(callout: Callout, board: Board, viewer: Actor, *, homes: bool = True) -> dict[str, object]:
    """{"seq", "site", "points", "people"} as the map takes them; places are (lon, lat), WGS-84. `homes`: see map_features."""
    points = [
        {"letter": p.letter, "zh": p.name, "en": p.name_en or p.name, "at": [p.lon, p.lat], "arrived": p.arrived}
        for p in board.points
    ]
    site = {
        "at": [board.lon, board.lat],
        "kind": board.kind,
        "flags": list(flags_now(board.incident_id, board.flags, board.now)),
    }
    people = reads.map_features(callout, viewer, homes=homes)
    return {"seq": board.seq, "site": site, "points": points, "people": people}


def _layers_tag(_request: HttpRequest) -> str:
    """Changes when a layer or a muster point is added or changed."""
    size = Length(Cast("geojson", TextField()))
    layers = list(MapLayer.objects.order_by("pk").values_list("pk", "slug", "order", size))
    points = list(MusterPoint.objects.order_by("pk").values_list("pk", "letter", "zh", "en", "lon", "lat"))
    return f'"{hashlib.sha256(repr((layers, points)).encode()).hexdigest()[:24]}"'


@functools.lru_cache(maxsize=1)
def _layers_body(_tag: str) -> bytes:
    layers = [{"slug": row.slug, "geojson": row.geojson} for row in MapLayer.objects.order_by("order", "pk")]
    points = [{"letter": p.letter, "zh": p.zh, "en": p.en, "at": [p.lon, p.lat]} for p in MusterPoint.objects.all()]
    body = json.dumps({"layers": layers, "points": points}, ensure_ascii=False, separators=(",", ":")).encode()
    return gzip.compress(body, compresslevel=6, mtime=0)


@needs(Right.SEE_INCIDENTS, Right.SEE_PEOPLE, Right.SEE_WALL)
@require_safe
@condition(etag_func=_layers_tag)
def map_layers(request: HttpRequest) -> HttpResponse:
    """/map/layers.json: the ground of the offline map, layer by layer, with the muster points of the district."""
    body = _layers_body(_layers_tag(request))  # nothing in it was sent by who asks, so that its size tells nothing
    answer = HttpResponse(content_type="application/json")
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        answer["Content-Encoding"], answer.content = "gzip", body
    else:
        answer.content = gzip.decompress(body)
    patch_vary_headers(answer, ["Accept-Encoding"])
    patch_cache_control(answer, private=True, no_cache=True)
    return answer
