"""Sheets to print: the ICS forms, and a report laid out as an official document."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.command.ics.sheets import SHEETS
from muster.apps.incidents.pages.common import context
from muster.apps.incidents.reads import incident_by_id
from muster.core.errors import NotFound
from muster.jobs import clock


@require_safe
@needs(Right.SEE_INCIDENTS)
def command_sheet(request: HttpRequest, incident_id: int, sheet: str) -> HttpResponse:
    """One ICS form, filled from what is known."""
    incident = incident_by_id(request.actor, incident_id)
    if sheet not in SHEETS:
        raise NotFound("command.no_sheet")
    made = SHEETS[sheet].make(request.actor, incident, clock.now())
    page = context(incident, sheet=sheet, word=SHEETS[sheet].word, boxes=made, sheets=SHEETS.items())
    return render(request, "command/sheet.html", page)


@require_safe
@needs(Right.SEE_INCIDENTS)
def command_report(request: HttpRequest, incident_id: int, report_id: int) -> HttpResponse:
    """A report as it was sent: number, title, addressee, text, the office and the date, the place of the seal left blank."""
    incident = incident_by_id(request.actor, incident_id)
    report = incident.reports.filter(pk=report_id).first()
    if report is None:
        raise NotFound("command.no_report")
    page = context(incident, report=report, office=settings.MUSTER_OFFICE_NAME, paragraphs=report.body.splitlines())
    return render(request, "command/report.html", page)
