"""Reviews: how it went against what was promised, and the pay sheet."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.incidents import actions, charts
from muster.apps.incidents.models import Incident
from muster.apps.incidents.models.incident import IncidentState
from muster.apps.incidents.pages.common import context
from muster.apps.incidents.reads import incident_by_id
from muster.apps.incidents.review import LATE_MINUTES, review, town_of
from muster.apps.people.reads.places import town_names
from muster.apps.service.reads import PayLine, pay_lines, pay_total
from muster.codecs.sheets_out import Column, Value, export_xlsx
from muster.journal.verify import verify_stream
from muster.web.show import label

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LOW_DELIVERY = 0.9
SIGNED = gettext_lazy("Signed. The response model learns from this callout.")
SIGNED_EXERCISE = gettext_lazy("Signed. Its answers are kept; the response model learns from actual callouts only.")


@require_GET
@needs(Right.SEE_REVIEW)
def review_list(request: HttpRequest) -> HttpResponse:
    """Incidents that are over, newest first; those that end just now on top."""
    states = [IncidentState.DEMOBILISING, IncidentState.CLOSED, IncidentState.REVIEWED, IncidentState.FALSE_ALARM]
    came = Count("callout__alerts", filter=Q(callout__alerts__checked_in_at__isnull=False))
    rows = Incident.objects.filter(state__in=states).select_related("callout").order_by("-t0", "-pk")
    rows = rows.annotate(called=Count("callout__alerts"), came=came)
    return render(request, "incidents/review_list.html", {"nav": "review", "rows": rows[:200]})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_REVIEW)
def review_page(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Key figures, two charts, the story, pay by town; signed by whoever may stand down."""
    incident = incident_by_id(request.actor, incident_id)
    if request.method == "POST":
        actions.review_done(request.actor, incident)
        messages.success(request, SIGNED_EXERCISE if incident.is_exercise else SIGNED)
        return redirect("review-page", incident_id=incident.pk)
    found = review(incident, request.actor)
    page = context(
        incident,
        nav="review",
        review=found,
        arrivals=charts.arrivals(found.came, found.posts, found.due_minutes, found.band, found.full_at)
        if found.lines
        else None,
        chances=charts.chances(found.history, found.callout.target),
        journal=verify_stream(incident.stream),
        early=None if found.full_at is None else int(found.due_minutes - found.full_at),
        failing=[c for c in found.channels if (c.figures.delivered_share or 1.0) < LOW_DELIVERY],
        troubled=[c for c in found.channels if c.figures.channel == "sms" and (c.figures.failed or c.late)],
        late_minutes=int(LATE_MINUTES),
        may_sign=request.actor.may(Right.STAND_DOWN) and incident.state == IncidentState.CLOSED,
    )
    return render(request, "incidents/review.html", page)


@require_GET
@needs(Right.SEE_PAY)
def review_pay(request: HttpRequest, incident_id: int) -> HttpResponse:
    """The pay sheet, person by person."""
    incident = incident_by_id(request.actor, incident_id)
    lines = pay_lines(incident.callout.ref)
    names = town_names()
    page = context(
        incident,
        nav="review",
        lines=[(line, town_of(line.member.unit, names)) for line in lines],
        total=pay_total(lines),
        days=sum(len(line.days) for line in lines),
    )
    return render(request, "incidents/pay.html", page)


@require_GET
@needs(Right.SEE_PAY)
def review_pay_xlsx(request: HttpRequest, incident_id: int) -> HttpResponse:
    """The same as a workbook; names that look like formulas arrive as text."""
    incident = incident_by_id(request.actor, incident_id)
    body = pay_workbook(incident, pay_lines(incident.callout.ref))
    answer = HttpResponse(body, content_type=XLSX)
    answer["Content-Disposition"] = f"attachment; filename=pay-{incident.pk}.xlsx; filename*=UTF-8''{_name(incident)}"
    return answer


def _name(incident: Incident) -> str:
    return quote(_("Allowance %(title)s.xlsx") % {"title": incident.title})


def pay_workbook(incident: Incident, lines: list[PayLine]) -> bytes:
    """One row per person and a row with the sums."""
    names = town_names()
    mark = _("EXERCISE") + " · " if incident.is_exercise else ""
    columns = [
        Column(_("Member number"), width=16),
        Column(_("Name"), width=14),
        Column(_("Town or team"), width=20),
        Column(_("Unit"), width=22),
        Column(_("Days"), "number"),
        Column(_("On which days"), width=24),
        Column(_("Employer pays wages"), width=18),
        Column(_("Amount (CNY)"), "money", width=14),
    ]
    days = sum(len(line.days) for line in lines)
    return export_xlsx(
        f"{mark}{_('Allowance')} {incident.title}",
        columns,
        [_pay_row(line, names) for line in lines],
        notes=[_("One person is paid once per Beijing day on which a turn of duty starts.")],
        footer=[_("Sum"), "", "", "", days, "", "", pay_total(lines)],
        sheet_name=_("Allowance"),
    )


def _pay_row(line: PayLine, names: dict[str, str]) -> list[Value]:
    member = line.member
    dates = " ".join(day.isoformat() for day in line.days)
    paid = _("yes") if line.employer_paid else ""
    return [
        member.number, member.name, town_of(member.unit, names), label(member.unit),
        len(line.days), dates, paid, line.amount,
    ]  # fmt: skip
