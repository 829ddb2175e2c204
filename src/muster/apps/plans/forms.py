"""Forms of the plan pages."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from muster.apps.people.models import Capability
from muster.apps.plans.actions import (
    HIGHEST_TARGET,
    LONGEST_LEAD_MINUTES,
    LOWEST_TARGET,
    MOST_IN_GROUP,
    MOST_TOUCH_COST,
    PlanInput,
    PlanNeedInput,
    TermsInput,
)
from muster.apps.plans.models import (
    TERMS,
    Calling,
    CallingTerms,
    IncidentKind,
    MusterPoint,
    Plan,
    ReplacementPolicy,
    Site,
)
from muster.core.errors import MusterError

_KIT = {
    forms.Select: "form-select",
    forms.CheckboxInput: "form-check-input",
    forms.CheckboxSelectMultiple: "form-check-input",
    forms.RadioSelect: "form-check-input",
}


def named(thing: object) -> str:
    """The name of something with .zh and .en in the reader's language."""
    return thing.en if get_language() == "en" and thing.en else thing.zh


def capability_names() -> dict[int, str]:
    """capability id -> its name in the reader's language."""
    return {capability.pk: named(capability) for capability in Capability.objects.all()}


class KitForm(forms.Form):
    """A form whose controls carry the classes of the CSS kit; errors keep what was typed."""

    use_required_attribute = False
    refused: MusterError | None = None  # what the action said no with, shown above the controls

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            kit = next((name for kind, name in _KIT.items() if isinstance(field.widget, kind)), "form-control")
            field.widget.attrs.setdefault("class", kit)


class NamedChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: object) -> str:
        return named(obj)


class PointsChoice(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: MusterPoint) -> str:
        return f"{obj.letter} {named(obj)}"


class TermsForm(KitForm):
    """How people are called. What is left blank takes its usual value: it counts for units only."""

    calling = forms.ChoiceField(
        label=_("How people are called"), choices=Calling, widget=forms.RadioSelect, required=False,
        help_text=_("A whole unit is called by one alert to its lead, who confirms how many come and who cannot."),
    )  # fmt: skip
    touch_cost = forms.FloatField(
        label=_("One more unit costs as much as so many alerts"), min_value=0, max_value=MOST_TOUCH_COST,
        required=False, help_text=_("The dearer a unit, the fewer units are called."),
    )  # fmt: skip
    smallest_group = forms.IntegerField(
        label=_("Fewest people of a unit, its lead among them"), min_value=1, max_value=MOST_IN_GROUP, required=False
    )
    lead_minutes = forms.IntegerField(
        label=_("Minutes a lead has to confirm"), min_value=1, max_value=LONGEST_LEAD_MINUTES, required=False,
        help_text=_("If he has not confirmed by then, his people get messages of their own."),
    )  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name in TERMS:
            self.fields[name].unmarked = True  # not "optional": what is left blank has a value all the same

    @staticmethod
    def terms_of(row: CallingTerms) -> dict[str, object]:
        shown = {name: getattr(row, name) for name in TERMS}
        return shown | {"touch_cost": f"{row.touch_cost:g}"}

    def to_terms(self) -> TermsInput:
        said = {name: value for name in TERMS if (value := self.cleaned_data.get(name)) not in (None, "")}
        return TermsInput(**said)


class PlanForm(TermsForm):
    zh = forms.CharField(label=_("Title"), max_length=80)
    en = forms.CharField(label=_("Title in English"), max_length=120, required=False)
    kind = forms.ChoiceField(label=_("Kind of incident"), choices=IncidentKind)
    site = NamedChoice(
        Site.objects.order_by("slug"), label=_("For the site"), required=False, empty_label=_("Any place")
    )
    target_percent = forms.DecimalField(
        label=_("Wanted chance of enough in time"),
        min_value=Decimal(str(LOWEST_TARGET)) * 100,
        max_value=Decimal(str(HIGHEST_TARGET)) * 100,
        max_digits=4, decimal_places=1,
        help_text=_("95 means: 19 times out of 20 all lines are filled in time."),
    )  # fmt: skip
    policy = forms.ChoiceField(label=_("When somebody declines"), choices=ReplacementPolicy, widget=forms.RadioSelect)
    muster_points = PointsChoice(
        MusterPoint.objects.all(),
        label=pgettext_lazy("plan", "Muster points"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one muster point.")},
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    @staticmethod
    def initial_of(plan: Plan) -> dict[str, object]:
        return {
            "zh": plan.zh, "en": plan.en, "kind": plan.kind, "site": plan.site_id,
            "target_percent": f"{plan.target * 100:.1f}".removesuffix(".0"),
            "policy": plan.policy, "muster_points": list(plan.muster_points.values_list("pk", flat=True)),
            "note": plan.note, "seen": plan.changed_at.isoformat(), **PlanForm.terms_of(plan),
        }  # fmt: skip

    def to_input(self, needs: list[PlanNeedInput]) -> PlanInput:
        data = self.cleaned_data
        return PlanInput(
            zh=data["zh"], en=data["en"], kind=data["kind"], site=data["site"],
            target=float(data["target_percent"] / 100), policy=data["policy"],
            muster_points=list(data["muster_points"]), needs=needs, note=data["note"], terms=self.to_terms(),
        )  # fmt: skip


NEW_PLAN = {"target_percent": "95", "policy": ReplacementPolicy.PROPOSE, **TermsForm.terms_of(Plan())}
