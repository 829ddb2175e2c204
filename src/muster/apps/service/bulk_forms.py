"""One form for each kind of change for many; each gives an Order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from muster.access.rights import Actor
from muster.apps.people.forms import AwayForm, CapabilityChoice, UnitChoice, dress
from muster.apps.people.models import Capability, MemberState, UnitKind
from muster.apps.people.reads import visible_units
from muster.apps.service.actions.bulk import Order
from muster.apps.service.forms import day_field
from muster.apps.service.models import BulkKind


class BulkAwayForm(AwayForm):
    """From when until when."""

    def as_order(self) -> Order:
        return Order(BulkKind.AWAY, **self.cleaned_data)


class RenewForm(forms.Form):
    """Which certificate, and its new last day."""

    capability = CapabilityChoice(Capability.objects.all(), label=_("Capability"), to_field_name="slug")
    valid_to = day_field(_("Valid until (that day included)"))
    valid_from = day_field(_("Valid from"), required=False, help_text=_("Blank: the first day stays as it is."))

    def as_order(self) -> Order:
        return Order(BulkKind.RENEW, **self.cleaned_data)


class LearnedForm(forms.Form):
    """What a course taught."""

    capability = CapabilityChoice(Capability.objects.all(), label=_("Capability"), to_field_name="slug")
    evidence = forms.CharField(label=_("Course"), required=False, max_length=120)
    valid_from = day_field(_("Valid from"), required=False)
    valid_to = day_field(_("Valid until (that day included)"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        capability = given.get("capability")
        if capability and capability.needs_certificate and not given.get("valid_to") and "valid_to" not in self.errors:
            self.add_error("valid_to", _("This capability needs a certificate: say until when it is valid."))
        return given

    def as_order(self) -> Order:
        return Order(BulkKind.LEARNED, **self.cleaned_data)


class MoveForm(forms.Form):
    """Where to."""

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = visible_units(actor).filter(kind__in=[UnitKind.VILLAGE, UnitKind.TEAM]).select_related("parent")
        self.fields["unit"] = UnitChoice(units, label=_("Unit"), to_field_name="code")

    def as_order(self) -> Order:
        return Order(BulkKind.MOVE, unit=self.cleaned_data["unit"])


class StateForm(forms.Form):
    """For a time or for good."""

    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            (MemberState.SUSPENDED, _("Suspended: for a time")),
            (MemberState.DISCHARGED, _("Discharged: has left")),
        ],
    )

    def as_order(self) -> Order:
        return Order(BulkKind.STATE, state=self.cleaned_data["state"])


def forms_for(actor: Actor, kind: str = "", data: Mapping[str, str] | None = None) -> dict[str, forms.Form]:
    """Kind -> its form; that of `kind` holds `data`."""

    def given(one: str) -> dict[str, Any]:
        return {"data": data if one == kind else None, "prefix": one, "auto_id": f"bulk-{one}-%s"}

    made: dict[str, forms.Form] = {
        BulkKind.AWAY: BulkAwayForm(**given("away")),
        BulkKind.RENEW: RenewForm(**given("renew")),
        BulkKind.LEARNED: LearnedForm(**given("learned")),
        BulkKind.MOVE: MoveForm(actor, **given("move")),
        BulkKind.STATE: StateForm(**given("state")),
    }
    for form in made.values():
        dress(form)
    return made
