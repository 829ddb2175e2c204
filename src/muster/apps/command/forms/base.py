"""What the forms of acts share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from muster.access.rights import Actor, Right
from muster.apps.command.reads.staff import people_here
from muster.apps.incidents.models import Incident
from muster.apps.people.models import Member
from muster.core.errors import InvalidInput, MusterError

FIRST_YEAR, LAST_YEAR = 2000, 2199
NOBODY = _("nobody")
MOMENT = "%Y-%m-%dT%H:%M"


class Context:
    """Whose form it is, and who is here, asked once for all forms of a page."""

    def __init__(self, actor: Actor, incident: Incident) -> None:
        self.actor, self.incident = actor, incident
        self._people: list[Member] | None = None

    def people(self) -> list[tuple[str, str]]:
        """(number, name) of everybody checked in."""
        if self._people is None:
            self._people = people_here(self.actor, self.incident)
        return [(member.number, member.name) for member in self._people]


class ActForm(forms.Form):
    """One act. `verb` is the value of the hidden field `act`; `refused` what the action said no with. `listed`: offered as a
    form of its own, not as buttons in a row."""

    use_required_attribute = False
    verb = ""
    title: str | Promise = ""
    button: str | Promise = ""
    done: str | Promise = _("Written down.")
    icon = "plus"
    listed = True
    right = Right.COMMAND
    refused: MusterError | None = None

    def __init__(self, given: object = None, *, context: Context) -> None:
        super().__init__(given, auto_id=f"{self.verb}-%s")
        self.actor, self.incident, self.about = context.actor, context.incident, context
        self.fill()
        for field in self.fields.values():
            look = field.widget
            if isinstance(look, forms.Select) and not isinstance(look, forms.RadioSelect):
                look.attrs.setdefault("class", "form-select")
            elif not isinstance(look, forms.CheckboxInput | forms.CheckboxSelectMultiple | forms.RadioSelect):
                look.attrs.setdefault("class", "form-control")

    def fill(self) -> None:
        """Choices and first values that depend on the incident."""

    def act(self) -> None:
        """Do it with `cleaned_data`. Errors: those of the action."""
        raise NotImplementedError

    def choices(
        self, field: str, values: Iterable[tuple[object, object]], empty: str | Promise | None = NOBODY
    ) -> None:
        """Fill a field of choices, with an empty one first unless `empty` is None."""
        first = [] if empty is None else [("", empty)]
        self.fields[field].choices = [*first, *values]

    def number(self, field: str) -> int:
        """A chosen key, 0 for none."""
        return int(self.cleaned_data[field] or 0)


def moment(label: str | Promise, *, required: bool = False, help_text: str | Promise = "") -> forms.DateTimeField:
    """A time of the office's clock."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
    return forms.DateTimeField(
        label=label, required=required, widget=widget, help_text=help_text, validators=[_in_range]
    )


def _in_range(at: datetime) -> None:
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise forms.ValidationError(_("This year can not be meant."))


def line(label: str | Promise, most: int, *, required: bool = True, help_text: str | Promise = "") -> forms.CharField:
    """One line of text."""
    return forms.CharField(label=label, max_length=most, required=required, help_text=help_text)


def text(
    label: str | Promise, most: int, *, required: bool = True, rows: int = 3, help_text: str | Promise = ""
) -> forms.CharField:
    """Several lines of text."""
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, required=required, widget=widget, help_text=help_text)


def choice(label: str | Promise, *, required: bool = False) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=required)


def whole(label: str | Promise, most: int, *, least: int = 0, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=least, max_value=most, required=required)


def key() -> forms.IntegerField:
    """The hidden key of the row that an act is about."""
    return forms.IntegerField(min_value=1, max_value=2**53, widget=forms.HiddenInput)


def points_of(said: str) -> list[tuple[float, float]]:
    """One point a line, longitude first. Error: InvalidInput "maps.points_text" with the number of the line."""
    points = []
    for number, row in enumerate(said.splitlines(), start=1):
        parts = row.replace("，", " ").replace(",", " ").split()
        if not parts:
            continue
        try:
            lon, lat = map(float, parts)
        except ValueError as error:
            raise InvalidInput("maps.points_text", line=number) from error
        points.append((lon, lat))
    return points
