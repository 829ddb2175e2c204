"""The page on which something is supposed: ready on that day, without that bridge, with more people, from another place?"""

from __future__ import annotations

import time
from datetime import datetime
from datetime import time as clock_time
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.maps.reads import roads_at
from muster.apps.people.models import Capability, Unit, UnitKind
from muster.apps.plans.books import books_at
from muster.apps.plans.models import MusterPoint, Site
from muster.apps.plans.proof import all_templates
from muster.apps.plans.whatif import MOST_ADDED, Change, bridges, counted, solved, truck_minutes
from muster.core.errors import MusterError
from muster.core.units import beijing_day, from_beijing
from muster.jobs import clock
from muster.web import show
from muster.web.errors import sentence as error_sentence

MOST_SECONDS = 20.0
NOON = clock_time(12)
ALL = "all"

Choices = list[tuple[str, str]]


class WhatIfForm(forms.Form):
    """Everything is optional but the plan; what is left out stays as it is."""

    plan = forms.ChoiceField(label=gettext_lazy("Plan"))
    on = forms.DateField(
        label=gettext_lazy("Certificates as on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    bridge = forms.ChoiceField(label=gettext_lazy("Closed bridge"), required=False)
    people = forms.IntegerField(
        label=gettext_lazy("More people"), required=False, min_value=0, max_value=MOST_ADDED,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    capability = forms.ChoiceField(label=gettext_lazy("who hold"), required=False)
    point = forms.ChoiceField(label=gettext_lazy("Muster point"), required=False)
    place = forms.ChoiceField(label=gettext_lazy("moved to"), required=False)

    def __init__(self, data: Any, places: dict[str, tuple[str, float, float]], roads: Any) -> None:
        super().__init__(data, use_required_attribute=False)
        self.places, self.at = places, clock.now()
        plans = [(one.slug, show.label(one)) for one in all_templates()]
        known = bridges(roads.network) if roads.network is not None else []
        self._offer("plan", [(ALL, _("All plans (counted, not certified)")), *plans])
        self._offer("bridge", [("", _("none")), *((str(one.way), one.name) for one in known)])
        self._offer("capability", [("", "–"), *((row.slug, show.label(row)) for row in Capability.objects.all())])
        self._offer(
            "point", [("", _("none")), *((p.letter, f"{p.letter} {show.label(p)}") for p in MusterPoint.objects.all())]
        )
        self._offer("place", [("", "–"), *((key, one[0]) for key, one in places.items())])
        for name, field in self.fields.items():
            select = isinstance(field, forms.ChoiceField)
            field.widget.attrs |= {"class": "form-select" if select else "form-control", "id": f"if-{name}"}

    def _offer(self, name: str, choices: Choices) -> None:
        self.fields[name].choices = choices

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("on") and given["on"] < beijing_day(self.at):
            self.add_error("on", _("Choose a day that is still to come."))
        if given.get("people") and not given.get("capability"):
            self.add_error("capability", _("Say what they hold."))
        if bool(given.get("point")) != bool(given.get("place")):
            self.add_error("place", _("Choose both: which point, and where to."))
        return given

    def change(self) -> Change:
        """What is supposed, after is_valid()."""
        given = self.cleaned_data
        place = self.places[given["place"]] if given["place"] else None
        return Change(
            on=from_beijing(datetime.combine(given["on"], NOON)) if given["on"] else None,
            bridge=int(given["bridge"]) if given["bridge"] else -1,
            people=given["people"] or 0, capability=given["capability"],
            point=given["point"], place=None if place is None else place[1:],
        )  # fmt: skip


class DepotForm(forms.Form):
    """Two places for a depot."""

    first = forms.ChoiceField(label=gettext_lazy("First place"))
    second = forms.ChoiceField(label=gettext_lazy("Second place"))

    def __init__(self, data: Any, places: dict[str, tuple[str, float, float]]) -> None:
        super().__init__(data, use_required_attribute=False)
        for name, field in self.fields.items():
            field.choices = [(key, one[0]) for key, one in places.items()]
            field.widget.attrs |= {"class": "form-select", "id": f"depot-{name}"}


def _places() -> dict[str, tuple[str, float, float]]:
    """Sites and seats of towns: key -> (name, lon, lat)."""
    sites = {f"site-{row.pk}": (show.label(row), row.lon, row.lat) for row in Site.objects.order_by("pk")}
    towns = Unit.objects.filter(kind=UnitKind.TOWN, lon__isnull=False, lat__isnull=False).order_by("path")
    return sites | {f"unit-{row.pk}": (show.label(row), row.lon, row.lat) for row in towns}


@require_safe
@never_cache
@needs(Right.SEE_PLANS)
def what_if(request: HttpRequest) -> HttpResponse:
    """A GET that changes nothing: what is supposed stands in the address and can be sent on."""
    at, places = clock.now(), _places()
    roads = roads_at(at)
    form = WhatIfForm(request.GET if "plan" in request.GET else None, places, roads)
    depot = DepotForm(request.GET if "first" in request.GET else None, places)
    context: dict[str, Any] = {"nav": "plans", "form": form, "depot": depot}
    if form.is_bound and form.is_valid():
        context |= _supposed(form, at)
    if depot.is_bound and depot.is_valid():
        context |= _compared(depot.cleaned_data, places, roads)
    bad = (form.is_bound and not form.is_valid()) or (depot.is_bound and not depot.is_valid())
    return render(request, "desk/what_if.html", context, status=422 if bad else 200)


def _supposed(form: WhatIfForm, at: datetime) -> dict[str, Any]:
    books, change, until = books_at(at), form.change(), time.monotonic() + MOST_SECONDS
    if books is None:
        return {"problem": _("Nobody is on the books.")}
    templates = {one.slug: one for one in all_templates()}
    try:
        if form.cleaned_data["plan"] == ALL:
            found = counted(list(templates.values()), books, change)
        else:
            found = [solved(templates[form.cleaned_data["plan"]], books, change, lambda: time.monotonic() > until)]
    except MusterError as error:
        return {"problem": error_sentence(error)}
    lost = sum(one.held and not one.holds for one in found)
    won = sum(one.holds and not one.held for one in found)
    return {
        "found": found,
        "lost": lost,
        "won": won,
        "holding": sum(one.holds for one in found),
        "supposed": bool(change),
    }


def _compared(chosen: dict[str, str], places: dict[str, tuple[str, float, float]], roads: Any) -> dict[str, Any]:
    """Minutes by truck from either place to every site and town; a depot is as good as its slowest way."""
    ends = [one for key, one in places.items() if key not in chosen.values()]
    ways = [truck_minutes(roads, places[chosen[name]][1:], [end[1:] for end in ends]) for name in ("first", "second")]
    rows = [{"name": end[0], "first": a, "second": b} for end, a, b in zip(ends, *ways, strict=True)]
    rows.sort(key=lambda row: -abs(row["first"] - row["second"]) if row["first"] != row["second"] else 0.0)
    means = [sum(way) / len(way) if way else None for way in ways]
    return {
        "rows": rows, "means": means, "slowest": [max(way, default=None) for way in ways],
        "names": [places[chosen[name]][0] for name in ("first", "second")],
    }  # fmt: skip
