"""What is typed on the page of the sheet."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from muster.apps.desk.daily.actions import DAYS_AHEAD, LONGEST_NAME
from muster.apps.desk.daily.words import day_words


class DutyForm(forms.Form):
    """Who is on duty, today or on one of the next days."""

    day = forms.DateField(widget=forms.Select(attrs={"class": "form-select"}), label=_("Day"))
    leader = forms.CharField(max_length=LONGEST_NAME, required=False, label=_("Leader on duty"))
    officer = forms.CharField(max_length=LONGEST_NAME, required=False, label=_("Duty officer"))

    def __init__(self, *args: object, today: date, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        days = [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1)]
        self.fields["day"].widget.choices = [(day.isoformat(), day_words(day)) for day in days]
        for name, offered in (("leader", "duty-leaders"), ("officer", "duty-officers")):
            self.fields[name].widget.attrs = {"class": "form-control", "list": offered, "autocomplete": "off"}
