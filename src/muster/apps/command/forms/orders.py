"""Response levels, reports, the office's own times."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from muster.access.rights import Right
from muster.apps.command.actions import orders
from muster.apps.command.dials import KNOBS, MOST, REPORT_CLOCKS, dials
from muster.apps.command.drafting import draft
from muster.apps.command.forms.base import ActForm, line, text, whole
from muster.apps.command.models import Level, ReportKind
from muster.apps.command.reads.clocks import WORDS
from muster.jobs.clock import now

MEDIUM_WORDS = {"written": _("Written"), "phone": _("By telephone")}


class LevelForm(ActForm):
    verb, title, button, icon = "level", _("Order a response level"), _("Order it"), "flag"
    right = Right.SET_LEVEL
    level = forms.ChoiceField(label=_("Level"), required=False, choices=[*Level.choices, ("", _("End the response"))])
    reason = line(_("Reason"), 200)

    def act(self) -> None:
        orders.order_level(self.actor, self.incident.pk, self.cleaned_data["level"], self.cleaned_data["reason"])


class ReportForm(ActForm):
    verb, title, button, icon = "report", _("Send a report"), _("Keep it as sent"), "file-text"
    kind = forms.ChoiceField(label=_("Kind"), choices=ReportKind)
    medium = forms.ChoiceField(label=_("How"), choices=list(MEDIUM_WORDS.items()))
    clock = forms.ChoiceField(label=_("Answers the clock"), required=False)
    addressee = line(_("To"), 80)
    report_title = line(_("Title"), 120)
    body = text(_("Text; proposed from the journal, read it before you send it"), 6000, rows=10)

    def fill(self) -> None:
        self.choices("clock", [(key, WORDS[key]) for key in REPORT_CLOCKS], _("none"))
        if not self.is_bound:
            self.initial = draft(self.incident, now())

    def act(self) -> None:
        said = self.cleaned_data
        orders.send_report(
            self.actor, self.incident.pk, kind=said["kind"], medium=said["medium"], addressee=said["addressee"],
            title=said["report_title"], body=said["body"], clock=said["clock"],
        )  # fmt: skip


class DialForm(ActForm):
    verb, title, button, icon = "dials", _("Times of the office"), _("Save the times"), "settings"
    right = Right.SET_LEVEL

    def fill(self) -> None:
        values = dials()
        for key, knob in KNOBS.items():
            self.fields[key] = whole(knob.word, MOST, least=knob.least)
            self.fields[key].initial = values[key]

    def act(self) -> None:
        orders.set_dials(self.actor, {key: self.cleaned_data[key] for key in KNOBS})


ORDER_FORMS: tuple[type[ActForm], ...] = (ReportForm, LevelForm, DialForm)
