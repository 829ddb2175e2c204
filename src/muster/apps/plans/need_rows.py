"""The table of need lines in a form: repeated fields `capability`, `people`, `due_minutes`, one triple per row.

Rows are added and taken away by submit buttons, so the table works without scripts; nothing typed is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.apps.people.models import Capability
from muster.apps.plans.actions import MOST_LINES, MOST_MINUTES, MOST_PEOPLE, PlanNeedInput

FIELDS = ("capability", "people", "due_minutes")


class NeedForm(forms.Form):
    """One row. Field names repeat from row to row, ids carry the row's number; sentences show once it was `judged`."""

    judged = False

    capability = forms.ModelChoiceField(
        Capability.objects.all(),
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Choose a capability.")),
    )
    people = forms.IntegerField(
        min_value=1, max_value=MOST_PEOPLE,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
        error_messages={"required": gettext_lazy("How many people?")},
    )  # fmt: skip
    due_minutes = forms.IntegerField(
        min_value=1, max_value=MOST_MINUTES,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
        error_messages={"required": gettext_lazy("Within how many minutes?")},
    )  # fmt: skip

    def __init__(self, data: dict[str, str] | None, number: int, names: dict[int, str], **kwargs: object) -> None:
        super().__init__(data, auto_id=f"need-{number}-%s", use_required_attribute=False, **kwargs)
        self.number = number
        choices = self.fields["capability"]
        choices.label_from_instance = lambda capability: names[capability.pk]


class NeedRows:
    """The rows of one table. `holders`: capability id -> how many people hold it validly (for the limits).

    With `strict` a line that asks for more people than hold the capability is refused; during an incident it is not,
    because help from outside may fill it and the planner says what is missing.
    """

    def __init__(self, forms_: Sequence[NeedForm], holders: dict[int, int], *, strict: bool) -> None:
        self.forms, self.holders, self.strict = list(forms_), holders, strict
        self.errors: list[str] = []

    @classmethod
    def from_lines(
        cls, lines: Iterable[object], names: dict[int, str], holders: dict[int, int], *, strict: bool = True
    ) -> NeedRows:
        """Rows filled from need lines (objects with capability, people, due_minutes); at least one, perhaps empty."""
        rows = [
            NeedForm(
                None, number, names,
                initial={"capability": line.capability_id, "people": line.people, "due_minutes": line.due_minutes},
            )
            for number, line in enumerate(lines)
        ]  # fmt: skip
        return cls(rows or [NeedForm(None, 0, names)], holders, strict=strict)

    @classmethod
    def from_post(
        cls, post: QueryDict, names: dict[int, str], holders: dict[int, int], *, strict: bool = True
    ) -> NeedRows:
        """Rows as typed, after adding (`add_row`) or taking away (`remove_row`=number) what a button asked for."""
        columns = [post.getlist(field) for field in FIELDS]
        height = min(max((len(column) for column in columns), default=0), MOST_LINES + 1)
        typed = [{f: c[i] if i < len(c) else "" for f, c in zip(FIELDS, columns, strict=True)} for i in range(height)]
        gone = post.get("remove_row", "")
        typed = [row for number, row in enumerate(typed) if str(number) != gone]
        if "add_row" in post or not typed:
            typed.append(dict.fromkeys(FIELDS, ""))
        return cls([NeedForm(row, number, names) for number, row in enumerate(typed)], holders, strict=strict)

    def is_blank(self, form: NeedForm) -> bool:
        """Whether nothing was typed into the row; such rows are passed over."""
        return not any((form.data or {}).get(field, "").strip() for field in FIELDS)

    def is_valid(self) -> bool:
        """Check every row; sentences stand on the rows and, for the whole table, in `errors`."""
        filled = [form for form in self.forms if not self.is_blank(form)]
        for form in filled:
            form.judged = True
            if form.is_valid():
                self._check_holders(form)
        if not filled:
            self.errors.append(_("Write at least one line: capability, people, minutes."))
        if len(filled) > MOST_LINES:
            self.errors.append(_("At most %(most)d lines; join lines that ask for the same.") % {"most": MOST_LINES})
        return not self.errors and all(form.is_valid() for form in filled)

    def _check_holders(self, form: NeedForm) -> None:
        capability, people = form.cleaned_data["capability"], form.cleaned_data["people"]
        holders = self.holders.get(capability.pk, 0)
        if holders == 0:
            form.add_error(
                "capability",
                _("Nobody on the roster holds this validly today. Choose another capability or train people first."),
            )
        elif self.strict and people > holders:
            form.add_error(
                "people",
                _("Only %(holders)d people hold this validly today. Ask for %(holders)d at most.")
                % {"holders": holders},
            )

    def inputs(self) -> list[PlanNeedInput]:
        """The lines, after is_valid() said yes."""
        return [PlanNeedInput(**form.cleaned_data) for form in self.forms if not self.is_blank(form)]

    def __iter__(self) -> Iterable[NeedForm]:
        return iter(self.forms)
