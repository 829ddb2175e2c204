"""Open an incident, say what it needs."""

from __future__ import annotations

import json
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.incidents import actions
from muster.apps.incidents.forms import IncidentForm, spot_points
from muster.apps.incidents.models import Incident
from muster.apps.incidents.pages.common import context, is_number
from muster.apps.incidents.reads import incident_by_id
from muster.apps.incidents.reads.picture import account_name
from muster.apps.incidents.states import UNAPPROVED
from muster.apps.plans import reads as plan_reads
from muster.apps.plans.forms import TermsForm, capability_names
from muster.apps.plans.models import ReplacementPolicy
from muster.apps.plans.need_rows import NeedRows
from muster.core.errors import Conflict, InvalidInput
from muster.core.units import after_minutes
from muster.jobs import clock

_ASKED = ("title", "kind", "place", "lon", "lat", "reporter", "reporter_phone", "mode", "site")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.OPEN_INCIDENT)
def incident_new(request: HttpRequest) -> HttpResponse:
    """Five fields and one button."""
    form = IncidentForm(request.POST) if request.method == "POST" else IncidentForm(initial=IncidentForm.fresh())
    if request.method == "POST" and form.is_valid():
        incident = _open(request, form)
        if incident is not None:
            return redirect(f"/duty/{incident.pk}/")
    status = 422 if request.method == "POST" else 200
    points = json.dumps(spot_points())
    page = {"nav": "duty", "form": form, "home_only": clock.is_exercise_home(), "spots_json": points}
    return render(request, "incidents/new.html", page, status=status)


def _open(request: HttpRequest, form: IncidentForm) -> Incident | None:
    data = form.cleaned_data
    try:
        return actions.open_incident(request.actor, at=data["when"], **{name: data[name] for name in _ASKED})
    except InvalidInput as error:
        form.refused = error
        return None


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.PROPOSE)
def incident_needs(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Change what the callout needs, until it is approved."""
    incident = incident_by_id(request.actor, incident_id)
    names, holders = capability_names(), plan_reads.holder_counts(clock.now())
    if request.method != "POST":
        rows = NeedRows.from_lines(incident.callout.needs.all(), names, holders, strict=False)
        return _needs_page(request, incident, rows)
    rows = NeedRows.from_post(request.POST, names, holders, strict=False)
    if "add_row" in request.POST or "remove_row" in request.POST:
        if request.htmx:
            return render(request, "plans/_needs.html", {"rows": rows, "may_edit": True})
        return _needs_page(request, incident, rows)
    refused = None
    if rows.is_valid() and _in_time(rows, incident.t0):
        try:
            actions.set_needs(request.actor, incident.callout, _lines(rows))
            return redirect("incident-approve", incident_id=incident.pk)
        except (InvalidInput, Conflict) as error:
            refused = error
    return _needs_page(request, incident_by_id(request.actor, incident_id), rows, refused=refused, status=422)


def _lines(rows: NeedRows) -> list[actions.NeedInput]:
    return [actions.NeedInput(need.capability.slug, need.people, need.due_minutes) for need in rows.inputs()]


def _in_time(rows: NeedRows, t0: datetime) -> bool:
    """Whether every line is due later than now; sentences stand on those that are not."""
    late = [
        form
        for form in rows.forms
        if not rows.is_blank(form) and after_minutes(t0, form.cleaned_data["due_minutes"]) <= clock.now()
    ]
    for form in late:
        gone = int((clock.now() - t0).total_seconds() // 60)
        form.add_error(
            "due_minutes", _("This moment has passed: it is T+%(gone)d now. Choose a later one.") % {"gone": gone}
        )
    return not late


def _needs_page(
    request: HttpRequest,
    incident: Incident,
    rows: NeedRows,
    *,
    refused: object = None,
    status: int = 200,
    terms: TermsForm | None = None,
) -> HttpResponse:
    callout = incident.callout
    page = context(
        incident,
        rows=rows,
        form=terms or TermsForm(initial=TermsForm.terms_of(callout)),
        may_edit=callout.state in UNAPPROVED,
        judged=status != 200,
        refused=refused,
        plans=plan_reads.plan_rows(),
        policies=ReplacementPolicy.choices,
        may_set_policy=request.actor.may(Right.APPROVE),
        approved_by=account_name(callout.approved_by),
    )
    return render(request, "incidents/needs.html", page, status=status)


@require_POST
@needs(Right.PROPOSE)
def incident_choose_plan(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Take the needs, the target and the muster points of another plan."""
    incident = incident_by_id(request.actor, incident_id)
    number = request.POST.get("plan", "")
    plan = plan_reads.plan_by_id(int(number) if is_number(number) else 0)
    if plan.retired_at is not None:
        raise InvalidInput("plans.retired_chosen", plan=plan.pk)
    actions.choose_plan(request.actor, incident.callout, plan)
    messages.success(request, _("Needs taken from the plan. It is being solved."))
    return redirect("incident-needs", incident_id=incident.pk)


@require_POST
@needs(Right.APPROVE)
def incident_policy(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Replacements: proposed, or sent within what was approved."""
    incident = incident_by_id(request.actor, incident_id)
    policy = request.POST.get("policy", "")
    if policy not in ReplacementPolicy.values:
        raise InvalidInput("incidents.policy", policy=policy[:20])
    actions.set_policy(request.actor, incident.callout, policy)
    messages.success(request, _("Saved."))
    return redirect("incident-needs", incident_id=incident.pk)


@require_POST
@needs(Right.PROPOSE)
def incident_calling(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Person by person, or whole units through their leads; until it is approved."""
    incident = incident_by_id(request.actor, incident_id)
    form = TermsForm(request.POST)
    refused = None
    if form.is_valid():
        try:
            actions.set_calling(request.actor, incident.callout, form.to_terms())
            messages.success(request, _("Saved. It is being solved."))
            return redirect("incident-approve", incident_id=incident.pk)
        except (InvalidInput, Conflict) as error:
            refused = error
    names, holders = capability_names(), plan_reads.holder_counts(clock.now())
    rows = NeedRows.from_lines(incident.callout.needs.all(), names, holders, strict=False)
    fresh = incident_by_id(request.actor, incident_id)
    return _needs_page(request, fresh, rows, refused=refused, status=422, terms=form)


@require_POST
@needs(Right.OPEN_INCIDENT)
def incident_false_alarm(request: HttpRequest, incident_id: int) -> HttpResponse:
    """End an incident for which nobody was called."""
    actions.mark_false_alarm(request.actor, incident_by_id(request.actor, incident_id))
    messages.success(request, _("Closed as a false alarm. Nobody was called."))
    return redirect("/duty/")
