"""Positions, periods, teams, vehicles."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from muster.apps.command.actions import staff
from muster.apps.command.dials import MOST
from muster.apps.command.forms.base import ActForm, choice, key, line, moment, text, whole
from muster.apps.command.positions import POSITIONS
from muster.apps.command.reads.staff import holder_choices


def _people() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=_("Who"), required=False, widget=forms.CheckboxSelectMultiple)


class HandOverForm(ActForm):
    verb, title, button, icon = "hand-over", _("Hand a position over"), _("Hand it over"), "arrows-exchange"
    position = forms.ChoiceField(label=_("Position"))
    holder = choice(_("To"))

    def fill(self) -> None:
        self.choices("position", [(code, position.word) for code, position in POSITIONS.items()], None)
        self.choices("holder", holder_choices(self.actor, self.incident), _("leave it empty"))

    def act(self) -> None:
        staff.hand_over(self.actor, self.incident.pk, self.cleaned_data["position"], self.cleaned_data["holder"])


class TeamForm(ActForm):
    verb, title, button, icon = "team", _("Form a team"), _("Form the team"), "users-group"
    name = line(pgettext_lazy("place", "Name"), 40)
    leader = choice(_("Leader"), required=True)
    sector = choice(_("Sector"))
    minutes = whole(_("Minutes between two reports"), MOST, least=1, required=False)
    members = _people()

    def fill(self) -> None:
        people = self.about.people()
        self.choices("leader", people, None)
        self.choices("members", people, None)
        self.choices("sector", self.incident.sectors.values_list("pk", "name"), _("none"))

    def act(self) -> None:
        said = self.cleaned_data
        staff.form_team(
            self.actor,
            self.incident.pk,
            said["name"],
            said["leader"],
            said["members"],
            self.number("sector"),
            said["minutes"],
        )


class ParForm(ActForm):
    verb, title, button, listed = "par", _("The team reports"), _("All well"), False
    id = key()
    people = whole(_("How many people report"), 500)

    def act(self) -> None:
        staff.report_par(self.actor, self.incident.pk, self.cleaned_data["id"], self.cleaned_data["people"])


class DisbandForm(ActForm):
    verb, title, button, listed = "disband", _("Disband the team"), _("Disband"), False
    id = key()

    def act(self) -> None:
        staff.disband_team(self.actor, self.incident.pk, self.cleaned_data["id"])


class PeriodForm(ActForm):
    verb, title, button, icon = "period", _("Open an operational period"), _("Open the period"), "clock"
    starts_at = moment(_("From"), required=True)
    ends_at = moment(_("until"), required=True)
    objectives = text(_("Objectives, one a line"), 2000)
    safety = line(_("Word on safety"), 300, required=False)

    def act(self) -> None:
        said = self.cleaned_data
        staff.open_period(
            self.actor, self.incident.pk, said["starts_at"], said["ends_at"], said["objectives"], said["safety"]
        )


class BoardForm(ActForm):
    verb, title, button, icon = "board", _("People get on a vehicle"), _("Note it"), "truck"
    vehicle = line(_("Plate or name"), 30)
    members = _people()

    def fill(self) -> None:
        self.choices("members", self.about.people(), None)

    def act(self) -> None:
        staff.board_vehicle(self.actor, self.incident.pk, self.cleaned_data["vehicle"], self.cleaned_data["members"])


class GetOffForm(ActForm):
    verb, title, button, listed = "get-off", _("Gets off"), _("Note it"), False
    id = key()

    def act(self) -> None:
        staff.leave_vehicle(self.actor, self.incident.pk, self.cleaned_data["id"])


STAFF_FORMS: tuple[type[ActForm], ...] = (
    TeamForm,
    HandOverForm,
    BoardForm,
    PeriodForm,
    ParForm,
    DisbandForm,
    GetOffForm,
)
