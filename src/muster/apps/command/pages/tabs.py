"""/command/<incident>/: the four pages of command, each with its acts; one handler for all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from muster.access.pages import needs
from muster.access.rights import Actor, Right, check
from muster.apps.command.forms import FORMS, ActForm
from muster.apps.command.forms.base import Context
from muster.apps.command.forms.work import READ_WORDS
from muster.apps.command.ics.sheets import SHEETS
from muster.apps.command.reads import clocks, staff, work, zones
from muster.apps.incidents.models import Incident
from muster.apps.incidents.pages.common import context
from muster.apps.incidents.reads import incident_by_id
from muster.apps.incidents.reads.access import OVER
from muster.core.errors import InvalidInput, MusterError
from muster.jobs import clock

TABS = {
    "work": _("Tasks and zones"),
    "people": _("Positions and teams"),
    "needs": _("Dangers and needs"),
    "reports": _("Level and reports"),
}


def _work(actor: Actor, incident: Incident, at: datetime) -> dict[str, object]:
    views = work.task_views(actor, incident, at)
    leaders = staff.Namer(actor, [sector.leader for sector in incident.sectors.select_related("leader")])
    sectors = [(sector, leaders.of(sector.leader)) for sector in incident.sectors.select_related("leader")]
    return {"columns": work.columns(views), "any_task": bool(views), "zones": zones.zone_views(incident, at), "sectors": sectors,
            "read_words": READ_WORDS.items()}  # fmt: skip


def _people(actor: Actor, incident: Incident, at: datetime) -> dict[str, object]:
    return {"posts": staff.posts(actor, incident), "teams": staff.team_views(actor, incident, at),
            "vehicles": staff.vehicles(actor, incident), "tired": staff.tired(actor, incident, at),
            "periods": incident.periods.all()}  # fmt: skip


def _needs(_actor: Actor, incident: Incident, at: datetime) -> dict[str, object]:
    dangers = [(one, int((one.report_due_at - at).total_seconds())) for one in incident.dangers.all()]
    return {"dangers": dangers, "batches": incident.evacuations.all(), "requests": incident.requests.all()}


def _reports(actor: Actor, incident: Incident, at: datetime) -> dict[str, object]:
    return {"clocks": clocks.clocks(incident, at), "levels": clocks.level_history(incident), "reports": incident.reports.all(),
            "sheets": SHEETS.items(), "actor": actor}  # fmt: skip


FACTS: dict[str, Callable[[Actor, Incident, datetime], dict[str, object]]] = {
    "work": _work, "people": _people, "needs": _needs, "reports": _reports,
}  # fmt: skip


def _tab(request: HttpRequest, incident_id: int, tab: str) -> HttpResponse:
    incident = incident_by_id(request.actor, incident_id)
    about = Context(request.actor, incident)
    tried: ActForm | None = None
    if request.method == "POST":
        check(request.actor, Right.COMMAND)
        tried = _wanted(request, tab, about)
        if tried.is_valid() and _done(tried):
            messages.success(request, tried.done)
            return redirect(request.path)
    over = incident.state in OVER
    offered = [form for form in FORMS[tab].values() if form.listed and request.actor.may(form.right)]
    if over:
        offered = [form for form in offered if form.verb in ("report", "dials")]
    page = context(
        incident, tab=tab, tabs=TABS.items(), tried=tried, may_act=request.actor.may(Right.COMMAND) and not over,
        forms=[form(context=about) for form in offered if tried is None or tried.verb != form.verb],
        alarms=clocks.alarms(incident, clock.now()), **FACTS[tab](request.actor, incident, clock.now()),
    )  # fmt: skip
    return render(request, f"command/{tab}.html", page, status=200 if tried is None else 422)


def _wanted(request: HttpRequest, tab: str, about: Context) -> ActForm:
    form = FORMS[tab].get(request.POST.get("act", ""))
    if form is None:
        raise InvalidInput("command.no_such_act")
    check(request.actor, form.right)
    return form(request.POST, context=about)


def _done(form: ActForm) -> bool:
    try:
        form.act()
    except MusterError as error:
        form.refused = error
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_INCIDENTS)
def command_work(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Tasks by state, safety zones, sectors."""
    return _tab(request, incident_id, "work")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_INCIDENTS)
def command_people(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Who holds which position, teams and their timers, vehicles, hours, periods."""
    return _tab(request, incident_id, "people")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_INCIDENTS)
def command_needs(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Dangers, people moved, requests."""
    return _tab(request, incident_id, "needs")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_INCIDENTS)
def command_reports(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Response level, report clocks, reports sent, forms to print."""
    return _tab(request, incident_id, "reports")
