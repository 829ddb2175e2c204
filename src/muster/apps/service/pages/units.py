"""The card of one unit: strength against the order, gaps, who is not here, which certificates run out."""

from __future__ import annotations

from collections.abc import Mapping

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.people import actions
from muster.apps.people.actions.units import MOST_HEADS
from muster.apps.people.models import Capability, Unit, UnitKind
from muster.apps.people.reads import unit_by_code
from muster.apps.people.reads.strength import ordered_lines
from muster.apps.service.reads.unit_card import unit_card
from muster.jobs import clock
from muster.web.show import label

MANNED = (UnitKind.VILLAGE, UnitKind.TEAM)


class OrderForm(forms.Form):
    """One number for each capability; a blank is 0."""

    def __init__(self, unit: Unit, data: Mapping[str, str] | None = None) -> None:
        super().__init__(data, prefix="order")
        self.capabilities = {one.slug: one for one in Capability.objects.all()}
        now = {capability: heads for (_unit, capability), heads in ordered_lines([unit.pk]).items()}
        for slug, one in self.capabilities.items():
            self.fields[slug] = forms.IntegerField(
                label=label(one),
                min_value=0,
                max_value=MOST_HEADS,
                required=False,
                initial=now.get(one.pk),
                widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
            )

    def heads(self) -> dict[Capability, int]:
        """Capability -> heads, of a form that holds."""
        return {one: self.cleaned_data[slug] or 0 for slug, one in self.capabilities.items()}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.SEE_PEOPLE)
def unit_page(request: HttpRequest, unit_code: str) -> HttpResponse:
    """/units/<code>/; a POST sets what the unit should have."""
    unit = unit_by_code(request.actor, unit_code)
    may_edit = request.actor.may(Right.EDIT_PEOPLE) and unit.kind in MANNED
    form = OrderForm(unit, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        changed = actions.set_establishment(request.actor, unit, form.heads())
        messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
        return redirect("unit-card", unit_code=unit.code)
    context = {"nav": "people", "card": unit_card(unit, clock.now()), "form": form, "may_edit": may_edit}
    return render(request, "service/unit.html", context, status=422 if form.errors else 200)
