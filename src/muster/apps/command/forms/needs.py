"""Dangers, evacuation, requests."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from muster.apps.command.actions import needs
from muster.apps.command.forms.base import ActForm, key, line, moment, whole
from muster.apps.command.models import DangerState, RequestKind, RequestState


class DangerForm(ActForm):
    verb, title, button, icon = "danger", _("A danger is found"), _("Start the report clock"), "alert-triangle"
    danger_title = line(_("What"), 80)
    place = line(_("Where"), 120)
    before = line(_("How it looks: pictures, measured values"), 200)

    def act(self) -> None:
        said = self.cleaned_data
        needs.find_danger(self.actor, self.incident.pk, said["danger_title"], said["place"], said["before"])


class DangerStepForm(ActForm):
    verb, title, button, listed = "danger-step", _("A step of the danger"), _("Do it"), False
    id = key()
    to = forms.ChoiceField(label=_("State"), choices=DangerState)
    said = line(_("Reported to whom, handled how, evidence afterwards"), 200, required=False)

    def act(self) -> None:
        said = self.cleaned_data
        needs.move_danger(self.actor, self.incident.pk, said["id"], said["to"], said["said"])


class BatchForm(ActForm):
    verb, title, button, icon = "batch", _("A batch of people leaves"), _("Note it"), "walk"
    from_place = line(_("From"), 80)
    to_place = line(_("To"), 80)
    people = whole(_("People in all"), 2000, least=1)
    children = whole(_("of whom children"), 2000, required=False)
    elderly = whole(_("of whom elderly"), 2000, required=False)
    vehicle = line(_("Vehicle"), 30, required=False)

    def act(self) -> None:
        said = self.cleaned_data
        batch = needs.Batch(
            said["from_place"],
            said["to_place"],
            said["people"],
            said["children"] or 0,
            said["elderly"] or 0,
            said["vehicle"],
        )
        needs.send_batch(self.actor, self.incident.pk, batch)


class ArriveForm(ActForm):
    verb, title, button, listed = "batch-arrived", _("The batch arrives"), _("Note it"), False
    id = key()
    people = whole(_("Counted on arrival"), 2000)

    def act(self) -> None:
        needs.receive_batch(self.actor, self.incident.pk, self.cleaned_data["id"], self.cleaned_data["people"])


class RequestForm(ActForm):
    verb, title, button, icon = "request", _("Ask for resources"), _("Ask for it"), "package"
    kind = forms.ChoiceField(label=_("Kind"), choices=RequestKind)
    what = line(_("What exactly"), 120)
    quantity = whole(_("How many"), 1_000_000, least=1)
    deliver_to = line(_("Deliver to"), 120)
    wanted_at = moment(_("Wanted by"))
    urgent = forms.BooleanField(label=_("Urgent"), required=False)

    def act(self) -> None:
        said = self.cleaned_data
        needs.request_resource(self.actor, self.incident.pk, needs.Wish(**said))


class RequestStepForm(ActForm):
    verb, title, button, listed = "request-step", _("A step of the request"), _("Do it"), False
    id = key()
    to = forms.ChoiceField(label=_("State"), choices=RequestState)
    source = line(_("Who supplies it"), 120, required=False)

    def act(self) -> None:
        said = self.cleaned_data
        needs.move_request(self.actor, self.incident.pk, said["id"], said["to"], said["source"])


NEEDS_FORMS: tuple[type[ActForm], ...] = (
    DangerForm,
    BatchForm,
    RequestForm,
    DangerStepForm,
    ArriveForm,
    RequestStepForm,
)
