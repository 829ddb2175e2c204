"""Forms of availability. They check what a form can; the acts check everything again."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from muster.apps.people.forms import DAY, dress, in_calendar
from muster.apps.service.actions import RuleInput
from muster.apps.service.actions.availability import MOST_MINUTES
from muster.apps.service.models import AvailabilityReason, AvailabilityState
from muster.core.recurrence import Recurrence, text_of

WEEKDAYS = (
    ("0", pgettext_lazy("weekday", "Mon")),
    ("1", pgettext_lazy("weekday", "Tue")),
    ("2", pgettext_lazy("weekday", "Wed")),
    ("3", pgettext_lazy("weekday", "Thu")),
    ("4", pgettext_lazy("weekday", "Fri")),
    ("5", pgettext_lazy("weekday", "Sat")),
    ("6", pgettext_lazy("weekday", "Sun")),
)
REPEATS = (("once", _("On one day only")), ("1", _("Every week")), ("2", _("Every second week")))


def day_field(label: Any, **more: Any) -> forms.DateField:
    """A day, as browsers want it."""
    widget = forms.DateInput(format=DAY, attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, validators=[in_calendar], **more)


def time_field(label: Any) -> forms.TimeField:
    """A time of the Beijing day, to the minute."""
    widget = forms.TimeInput(format="%H:%M", attrs={"type": "time"})
    return forms.TimeField(label=label, input_formats=["%H:%M", "%H:%M:%S"], widget=widget)


def minute_of(moment: time) -> int:
    """Minute of the day."""
    return moment.hour * 60 + moment.minute


class AvailabilityForm(forms.Form):
    """One rule, in Beijing time."""

    state = forms.ChoiceField(
        label=_("At these times"), choices=[*AvailabilityState.choices[1:], AvailabilityState.choices[0]]
    )
    minutes = forms.IntegerField(
        label=_("Minutes longer to set out"), required=False, min_value=1, max_value=MOST_MINUTES
    )
    repeat = forms.ChoiceField(label=_("How often"), choices=REPEATS, initial="1")
    weekdays = forms.MultipleChoiceField(
        label=_("On these days"), choices=WEEKDAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    starts_on = day_field(_("From this day on"))
    until = day_field(_("until (that day included)"), required=False)
    from_time = time_field(_("From"))
    to_time = time_field(_("until"))
    reason = forms.ChoiceField(
        label=_("Reason"), required=False, choices=[("", _("I would rather not say")), *AvailabilityReason.choices]
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].initial = today
        dress(self)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (
            given.get("state") == AvailabilityState.DELAYED
            and not given.get("minutes")
            and "minutes" not in self.errors
        ):
            self.add_error("minutes", _("Say how many minutes longer."))
        if given.get("repeat") != "once" and not given.get("weekdays"):
            self.add_error("weekdays", _("Choose at least one day of the week."))
        start, end = given.get("starts_on"), given.get("until")
        if given.get("repeat") != "once" and start and end and end < start:
            self.add_error("until", _("The last day lies before the first."))
        return given

    def as_input(self) -> RuleInput:
        """What the act wants, of a valid form."""
        given = self.cleaned_data
        start = given["starts_on"]
        days = Recurrence(start)
        if given["repeat"] != "once":
            weekdays = frozenset(int(day) for day in given["weekdays"])
            days = Recurrence(start, "weekly", int(given["repeat"]), weekdays, given["until"])
        return RuleInput(
            state=given["state"], starts_on=start, rrule=text_of(days), minutes=given["minutes"] or 0,
            from_minute=minute_of(given["from_time"]), to_minute=minute_of(given["to_time"]), reason=given["reason"],
        )  # fmt: skip
