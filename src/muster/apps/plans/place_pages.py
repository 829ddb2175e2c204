"""The page of places: muster points and sites, a table and a form for each.

`?point=3` or `?site=4` puts that place into its form; without it the form enters a new one. The buttons say what is
done: `save` or `remove`, with the value "point" or "site".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from muster.access.pages import needs
from muster.access.rights import Right, check
from muster.apps.plans import actions, reads
from muster.apps.plans.models import MusterPoint, Site
from muster.apps.plans.place_forms import PlaceForm, PointForm, SiteForm
from muster.core.errors import Conflict, InvalidInput


@dataclass(frozen=True)
class _Kind:
    """How the page deals with one kind of place; forms keep apart by the prefix, which is the kind's name."""

    form: type[PlaceForm]
    find: Callable[[str], MusterPoint | Site]
    write: Callable[..., MusterPoint | Site]
    remove: Callable[..., None]


KINDS = {
    "point": _Kind(PointForm, reads.point_by_id, actions.save_muster_point, actions.remove_muster_point),
    "site": _Kind(SiteForm, reads.site_by_id, actions.save_site, actions.remove_site),
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_PLANS)
def places(request: HttpRequest) -> HttpResponse:
    chosen = {name: kind.find(request.GET[name]) for name, kind in KINDS.items() if name in request.GET}
    forms = {name: _blank(name, chosen.get(name)) for name in KINDS}
    if request.method != "POST":
        return _page(request, chosen, forms)
    check(request.actor, Right.EDIT_PLANS)
    name = request.POST.get("save") or request.POST.get("remove")
    if name not in KINDS or ("remove" in request.POST and name not in chosen):
        raise InvalidInput("plans.seen")
    if "remove" in request.POST:
        done = _remove(request, name, chosen[name], forms[name])
    else:
        forms[name] = KINDS[name].form(request.POST, prefix=name)
        done = forms[name].is_valid() and _save(request, name, chosen.get(name), forms[name])
    return redirect("plan-points") if done else _page(request, chosen, forms, judged=name)


def _blank(name: str, place: MusterPoint | Site | None) -> PlaceForm:
    form = KINDS[name].form
    return form(prefix=name, initial=form.initial_of(place) if place else {})


def _save(request: HttpRequest, name: str, place: MusterPoint | Site | None, form: PlaceForm) -> bool:
    try:
        KINDS[name].write(request.actor, **form.cleaned_data, **{name: place})
    except (InvalidInput, Conflict) as error:
        form.refused = error
        return False
    messages.success(request, _("Saved."))
    return True


def _remove(request: HttpRequest, name: str, place: MusterPoint | Site, form: PlaceForm) -> bool:
    try:
        KINDS[name].remove(request.actor, place)
    except Conflict as error:
        form.refused = error
        return False
    messages.success(request, _("Removed."))
    return True


def _page(
    request: HttpRequest, chosen: dict[str, MusterPoint | Site], forms: dict[str, PlaceForm], *, judged: str = ""
) -> HttpResponse:
    context = {
        "nav": "plans",
        "points": MusterPoint.objects.all(),
        "sites": Site.objects.order_by("slug"),
        "point": chosen.get("point"),
        "site": chosen.get("site"),
        "point_form": forms["point"],
        "site_form": forms["site"],
        "judged": judged,
        "may_edit": request.actor.may(Right.EDIT_PLANS),
    }
    return render(request, "plans/places.html", context, status=422 if judged else 200)
