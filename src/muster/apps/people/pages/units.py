"""The tree of units with heads and state; a unit is marked as filled or pre-formed here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from muster.access.pages import needs
from muster.access.rights import Actor, Right
from muster.apps.people import actions
from muster.apps.people.models import Member, MemberState, Unit
from muster.apps.people.reads import visible_units
from muster.apps.people.reads.strength import gaps_by_unit
from muster.core.errors import NotFound
from muster.core.units import beijing_day
from muster.jobs import clock


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit, how many active members serve in it, who leads it, and what it lacks (None: nothing was ordered)."""

    unit: Unit
    heads: int
    leads: tuple[str, ...]
    gap: int | None


def unit_rows(actor: Actor) -> list[UnitRow]:
    """The units of the actor's part of the tree, in tree order."""
    active = Member.objects.filter(state=MemberState.ACTIVE)
    heads = Counter(active.values_list("unit_id", flat=True))
    leads: dict[int, list[str]] = {}
    for unit_id, name in active.filter(is_lead=True).order_by("sort_pinyin").values_list("unit_id", "name"):
        leads.setdefault(unit_id, []).append(name)
    units = list(visible_units(actor).select_related("parent"))
    gaps = gaps_by_unit(units, beijing_day(clock.now()))
    return [UnitRow(unit, heads[unit.pk], tuple(leads.get(unit.pk, ())), gaps.get(unit.pk)) for unit in units]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.SEE_PEOPLE)
def units_page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        unit = visible_units(request.actor).filter(code=request.POST.get("unit", "")).first()
        if unit is None:
            raise NotFound("people.unit_state", state="")
        actions.set_unit_state(request.actor, unit, request.POST.get("state", ""))
        messages.success(request, _("Saved."))
        return redirect("people-units")
    context = {"nav": "people", "rows": unit_rows(request.actor), "may_edit": request.actor.may(Right.EDIT_PEOPLE)}
    return render(request, "people/units.html", context)
