"""Zones, sectors, tasks."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from muster.apps.command.actions import tasks, zones
from muster.apps.command.forms.base import ActForm, choice, key, line, moment, points_of, text
from muster.apps.command.models import EntryKind, TaskState, ZoneKind
from muster.apps.people.models import Capability
from muster.web.show import in_chinese

POINTS_HELP = _("One point a line: longitude, latitude (WGS-84).")
READ_WORDS = {"radio": _("by radio"), "phone": _("by telephone"), "face": _("face to face")}


class TaskForm(ActForm):
    verb, title, button = "task-plan", _("Plan a task"), _("Plan the task")
    task_title = line(_("What is to be done"), 80)
    objective = line(_("What is to be reached"), 300, required=False)
    sector = choice(_("Sector"))
    team = choice(_("Team"))
    assignee = choice(_("Or one person"))
    capability = choice(_("Needs the capability"))
    hazards = line(_("Hazards"), 300, required=False)
    decision_points = line(_("Decision points: when to stop, turn back, ask"), 300, required=False)
    comms = line(_("Radio channel or telephone"), 120, required=False)
    place = line(_("Place: longitude, latitude"), 60, required=False, help_text=_("Empty: where the sector is."))
    due_at = moment(_("Due"))

    def fill(self) -> None:
        self.choices("sector", self.incident.sectors.values_list("pk", "name"), _("none"))
        self.choices("team", self.incident.teams.filter(disbanded_at=None).values_list("pk", "name"), _("none"))
        self.choices("assignee", self.about.people())
        rows = Capability.objects.order_by("bit").values_list("slug", "zh" if in_chinese() else "en")
        self.choices("capability", rows, _("nothing special"))

    def act(self) -> None:
        said = self.cleaned_data
        places = points_of(said["place"])
        data = tasks.TaskInput(
            title=said["task_title"], objective=said["objective"], hazards=said["hazards"], comms=said["comms"],
            decision_points=said["decision_points"], sector=self.number("sector"), team=self.number("team"),
            assignee=said["assignee"], capability=said["capability"], place=places[0] if places else None,
            due_at=said["due_at"],
        )  # fmt: skip
        tasks.plan_task(self.actor, self.incident.pk, data)


class TaskStepForm(ActForm):
    verb, title, button, listed = "task-step", _("A step of the task"), _("Do it"), False
    id = key()
    to = forms.ChoiceField(label=_("State"), choices=TaskState)
    reason = line(_("Reason"), 200, required=False)

    def act(self) -> None:
        said = self.cleaned_data
        tasks.move_task(self.actor, self.incident.pk, said["id"], said["to"], said["reason"])


class TaskReadForm(ActForm):
    verb, title, button, listed = "task-read", _("Confirmed as read"), _("Note it"), False
    id = key()
    how = forms.ChoiceField(label=_("How"), choices=list(READ_WORDS.items()))

    def act(self) -> None:
        tasks.confirm_read(self.actor, self.incident.pk, self.cleaned_data["id"], self.cleaned_data["how"])


class SectorForm(ActForm):
    verb, title, button = "sector", _("Make a sector"), _("Make the sector")
    name = line(pgettext_lazy("place", "Name"), 60)
    leader = choice(_("Leader"))
    points = text(_("Area, or one point"), 4000, required=False, help_text=POINTS_HELP)

    def fill(self) -> None:
        self.choices("leader", self.about.people())

    def act(self) -> None:
        said = self.cleaned_data
        tasks.make_sector(self.actor, self.incident.pk, said["name"], points_of(said["points"]), said["leader"])


class ZoneForm(ActForm):
    verb, title, button, icon = "zone", _("Draw a safety zone"), _("Close the zone"), "ban"
    kind = forms.ChoiceField(label=_("Kind"), choices=ZoneKind)
    name = line(pgettext_lazy("place", "Name"), 60)
    points = text(_("Area"), 4000, help_text=POINTS_HELP)

    def act(self) -> None:
        said = self.cleaned_data
        zones.draw_zone(self.actor, self.incident.pk, said["kind"], said["name"], points_of(said["points"]))


class EntryForm(ActForm):
    verb, title, button, icon = "zone-entry", _("Open or close a zone"), _("Enter it"), "shield-check"
    zone = choice(_("Zone"), required=True)
    kind = forms.ChoiceField(label=_("What was confirmed"), choices=EntryKind)
    confirmed_by = line(_("Who confirmed it"), 80)
    at = moment(_("When"), help_text=_("Empty: now."))
    number = line(_("Number of the order or approval"), 60, required=False)
    authority = line(_("Approving authority"), 80, required=False)
    valid_from = moment(_("Approved from"))
    valid_to = moment(_("until"))

    def fill(self) -> None:
        self.choices(
            "zone", [(zone.pk, f"{zone.get_kind_display()} {zone.name}") for zone in self.incident.zones.all()], None
        )

    def act(self) -> None:
        said = self.cleaned_data
        facts = {name: said[name] for name in ("confirmed_by", "at", "number", "authority", "valid_from", "valid_to")}
        confirmation = zones.Confirmation(kind=said["kind"], **facts)
        zones.enter_confirmation(self.actor, self.incident.pk, self.number("zone"), confirmation)


WORK_FORMS: tuple[type[ActForm], ...] = (TaskForm, EntryForm, SectorForm, ZoneForm, TaskStepForm, TaskReadForm)
