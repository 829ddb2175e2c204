"""Layers that people bring: the list, the upload, and files out in any datum."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from muster.access.pages import needs
from muster.access.rights import Right, check
from muster.apps.maps import actions, reads
from muster.apps.maps.forms import DATUMS, LayerForm
from muster.codecs.features import MOST_BYTES
from muster.codecs.layer_files import WRITERS
from muster.core.errors import InvalidInput, MusterError


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_INCIDENTS)
def layers(request: HttpRequest) -> HttpResponse:
    """/maps/layers/: what there is, on a map and as a list, and the form of a new one."""
    form = LayerForm()
    if request.method == "POST":
        check(request.actor, Right.EDIT_PLANS)
        form = LayerForm(request.POST, request.FILES)
        if form.is_valid() and _add(request, form):
            return redirect("map-layers-list")
    context = {
        "nav": "roads",
        "form": form,
        "rows": reads.overlays(),
        "formats": [(form, form.upper() if form != "geojson" else "GeoJSON") for form in WRITERS],
        "datums": DATUMS,
        "may_edit": request.actor.may(Right.EDIT_PLANS),
        "may_set": request.actor.may(Right.SET_MAP),
    }
    return render(request, "maps/layers.html", context, status=422 if form.is_bound else 200)


def _add(request: HttpRequest, form: LayerForm) -> bool:
    given = form.cleaned_data["file"]
    try:
        if given.size > MOST_BYTES:
            raise InvalidInput("layers.too_big", most=MOST_BYTES // 2**20)
        done = actions.add_overlay(
            request.actor, given.read(), given.name, name=form.cleaned_data["name"], datum=form.cleaned_data["datum"]
        )
    except MusterError as error:
        form.refused = error
        return False
    said = ngettext(
        "%(name)s is on the map: %(n)s feature.", "%(name)s is on the map: %(n)s features.", done.layer.count
    )
    messages.success(request, said % {"name": done.layer.name, "n": f"{done.layer.count:,}"})
    if done.left_out:
        left = ngettext(
            "%(n)s shape has too few points and is left out.",
            "%(n)s shapes have too few points and are left out.",
            done.left_out,
        )
        messages.warning(request, left % {"n": done.left_out})
    return True


@require_POST
@needs(Right.EDIT_PLANS)
def layer_show(request: HttpRequest, layer_id: int) -> HttpResponse:
    row = actions.show_overlay(request.actor, layer_id, shown=request.POST.get("to") == "on")
    said = _("Maps show %(name)s.") if row.shown else _("Maps no longer show %(name)s unless somebody chooses it.")
    messages.success(request, said % {"name": row.name})
    return redirect("map-layers-list")


@require_POST
@needs(Right.EDIT_PLANS)
def layer_remove(request: HttpRequest, layer_id: int) -> HttpResponse:
    row = actions.remove_overlay(request.actor, layer_id)
    messages.success(request, _("%(name)s is removed.") % {"name": row.name})
    return redirect("map-layers-list")


@require_safe
@needs(Right.SEE_INCIDENTS, Right.SEE_PEOPLE)
def layer_json(_request: HttpRequest, layer_id: int) -> JsonResponse:
    """/maps/layers/<id>.json: what the map draws, GeoJSON, WGS-84."""
    return JsonResponse(reads.overlay_geojson(layer_id), json_dumps_params={"ensure_ascii": False})


@require_safe
@needs(Right.SEE_INCIDENTS)
def layer_file(request: HttpRequest, layer_id: int) -> HttpResponse:
    """/maps/layers/<id>/file/?format=gpx&datum=gcj02: the layer as a file that names its datum."""
    form, datum = request.GET.get("format", "geojson"), request.GET.get("datum", "wgs84")
    name, media, body = reads.overlay_file(layer_id, form, datum)
    header = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(body, content_type=media, headers={"Content-Disposition": header or "attachment"})
