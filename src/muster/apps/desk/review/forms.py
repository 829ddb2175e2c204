"""What is typed on the pages of lessons and what-if."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from muster.apps.desk.review.actions import LETTERS
from muster.apps.desk.review.reads import owners
from muster.apps.desk.review.words import HEADINGS
from muster.apps.incidents.models import Incident
from muster.planning.what_if import MOST_EXTRA
from muster.web.show import label


class OwnForm(forms.Form):
    """A finding of one's own."""

    use_required_attribute = False
    heading = forms.ChoiceField(label=_("Heading"), widget=forms.Select(attrs={"class": "form-select"}))
    text = forms.CharField(
        label=_("What was found, without names"), max_length=LETTERS,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, auto_id="own-%s", **kwargs)
        self.fields["heading"].choices = list(HEADINGS.items())


class WordsForm(forms.Form):
    """The words of a finding, who sees to it and until when."""

    use_required_attribute = False
    text = forms.CharField(
        label=_("Finding, without names"), max_length=LETTERS, required=False,
        widget=forms.Textarea(attrs={"class": "form-control", "rows": 3}),
    )  # fmt: skip
    owner = forms.ChoiceField(
        label=_("Who sees to it"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    due_on = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"class": "form-control", "type": "date"})
    )

    def __init__(self, *args: object, pk: int, **kwargs: object) -> None:
        super().__init__(*args, auto_id=f"lesson-{pk}-%s", **kwargs)
        self.fields["owner"].choices = [("", _("nobody")), *owners()]


class EndForm(forms.Form):
    """What was done about a finding, or why it is none."""

    use_required_attribute = False
    said = forms.CharField(
        label=_("What was done, or why it is no finding"), max_length=LETTERS,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )  # fmt: skip

    def __init__(self, *args: object, pk: int, **kwargs: object) -> None:
        super().__init__(*args, auto_id=f"end-{pk}-%s", **kwargs)


class WhatIfForm(forms.Form):
    """How many more, and for which need; empty: spread as the first wave was."""

    use_required_attribute = False
    more = forms.IntegerField(
        label=_("More people called"), min_value=1, max_value=MOST_EXTRA,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
    )  # fmt: skip
    line = forms.ChoiceField(
        label=_("For which need"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )

    def __init__(self, *args: object, incident: Incident, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        needs = incident.callout.needs.select_related("capability")
        named = [(str(need.order), label(need.capability)) for need in needs]
        self.fields["line"].choices = [("", _("all, spread as the first wave was")), *named]
