"""Base maps: which are in use, the files they are read from, and the services an office may switch on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.maps import actions, archives, reads
from muster.apps.maps.forms import ServiceForm
from muster.apps.maps.models import BaseMap, MapService, Overlay
from muster.apps.maps.ranges import file_answer
from muster.core.errors import MusterError


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SET_MAP, Right.MANAGE_ACCOUNTS)
def grounds(request: HttpRequest) -> HttpResponse:
    """/maps/grounds/: imported base maps, services, and the form of a new service."""
    form = ServiceForm()
    if request.method == "POST":
        form = ServiceForm(request.POST)
        if form.is_valid() and _add(request, form):
            return redirect("map-grounds")
    context = {
        "nav": "roads",
        "form": form,
        "bases": reads.current_bases(),
        "services": MapService.objects.all(),
        "may_remove": request.actor.may(Right.EDIT_PLANS),
    }
    return render(request, "maps/grounds.html", context, status=422 if form.is_bound else 200)


def _add(request: HttpRequest, form: ServiceForm) -> bool:
    try:
        row = actions.add_service(request.actor, actions.ServiceInput(**form.cleaned_data))
    except MusterError as error:
        form.refused = error
        return False
    messages.success(request, _("%(name)s is entered, and off. Switch it on in the list.") % {"name": row.name})
    return True


@require_POST
@needs(Right.SET_MAP, Right.MANAGE_ACCOUNTS)
def service_switch(request: HttpRequest, service_id: int) -> HttpResponse:
    row = actions.switch_service(request.actor, service_id, on=request.POST.get("to") == "on")
    said = _("%(name)s is on: whoever chooses it on a map asks that service.") if row.on else _("%(name)s is off.")
    messages.success(request, said % {"name": row.name})
    return redirect("map-grounds")


@require_POST
@needs(Right.SET_MAP, Right.MANAGE_ACCOUNTS)
def service_remove(request: HttpRequest, service_id: int) -> HttpResponse:
    row = actions.remove_service(request.actor, service_id)
    messages.success(request, _("%(name)s is removed.") % {"name": row.name})
    return redirect("map-grounds")


@require_POST
@needs(Right.EDIT_PLANS)
def base_remove(request: HttpRequest, base_id: int) -> HttpResponse:
    row = actions.forget_base(request.actor, base_id)
    messages.success(request, _("%(name)s is out of use.") % {"name": row.name})
    return redirect("map-grounds")


@require_safe
@needs(Right.SEE_INCIDENTS, Right.SEE_PEOPLE, Right.SEE_WALL)
def base_file(request: HttpRequest, base_hash: str) -> HttpResponseBase:
    """/maps/base/<hash>.pmtiles: an imported base map, in pieces. NotFound "maps.base_unknown"."""
    row = reads.base_of(base_hash)
    return file_answer(request, archives.path_of(row.hash), row.hash)


@require_safe
@needs(Right.SEE_INCIDENTS, Right.SEE_PEOPLE, Right.SEE_WALL)
def choices(request: HttpRequest) -> JsonResponse:
    """/maps/choices.json: what a map may be drawn over and which layers there are, in the reader's language. A wall screen
    chooses nothing: it is told of the imported maps alone."""
    chooses = request.actor.may(Right.SEE_INCIDENTS) or request.actor.may(Right.SEE_PEOPLE)
    answer = JsonResponse({
        "bases": [_base(row) for row in reads.current_bases()],
        "services": [_service(row) for row in reads.services_on()] if chooses else [],
        "overlays": [_overlay(row) for row in reads.overlays()] if chooses else [],
        "manage": reverse("map-layers-list") if request.actor.may(Right.SEE_INCIDENTS) else "",
        "words": {
            "layers": _("Map and layers"), "ground": _("Map"), "overlays": _("Layers"), "own": _("District map"),
            "manage": _("All layers"), "approval": _("Approval number"),
        },
    })  # fmt: skip
    answer["Cache-Control"] = "private, no-store"
    return answer


def _base(row: BaseMap) -> dict[str, object]:
    url = reverse("map-base", args=[row.hash])
    return {
        "id": f"base-{row.pk}", "kind": row.kind, "name": row.name, "url": url, "datum": row.datum,
        "layers": row.layers, "encoding": row.encoding, "min": row.min_zoom, "max": row.max_zoom,
        "bounds": row.bounds, "attribution": row.attribution,
    }  # fmt: skip


def _service(row: MapService) -> dict[str, object]:
    return {
        "id": f"service-{row.pk}", "name": row.name, "template": row.template, "datum": row.datum,
        "max": row.max_zoom, "approval": row.approval, "attribution": row.attribution,
    }  # fmt: skip


def _overlay(row: Overlay) -> dict[str, object]:
    url = reverse("map-layer-json", args=[row.pk])
    return {"id": f"layer-{row.pk}", "name": row.name, "url": url, "shown": row.shown}
