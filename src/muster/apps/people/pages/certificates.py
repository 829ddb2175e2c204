"""The calendar of certificates, and the same as a workbook."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.people import actions
from muster.apps.people.models import Capability, UnitKind
from muster.apps.people.pages.downloads import as_file
from muster.apps.people.reads import visible_units
from muster.apps.people.reads.certificates import AskedDates, calendar_of, dated_holdings, listed
from muster.apps.people.reads.dated import dated
from muster.codecs.sheets_out import Column, export_xlsx
from muster.core.units import beijing_day, to_beijing
from muster.jobs import clock
from muster.web.show import label


@require_safe
@never_cache
@needs(Right.SEE_PEOPLE)
def certificates_page(request: HttpRequest) -> HttpResponse:
    """/people/certificates/"""
    day = beijing_day(clock.now())
    asked = AskedDates.of(request.GET, day)
    units = visible_units(request.actor).exclude(kind=UnitKind.OFFICE).select_related("parent")
    context = {
        "nav": "people",
        "calendar": calendar_of(request.actor, asked, day),
        "units": units,
        "capabilities": Capability.objects.all(),
        "query": request.GET.urlencode(),
        "may_edit": request.actor.may(Right.EDIT_PEOPLE),
    }
    return render(request, "people/certificates.html", context)


@require_safe
@never_cache
@needs(Right.SEE_PEOPLE)
def certificates_file(request: HttpRequest) -> HttpResponse:
    """/people/certificates.xlsx: the list that was asked for, whole; the journal says that it left."""
    now = clock.now()
    day = beijing_day(now)
    asked = AskedDates.of(request.GET, day)
    found = listed(dated_holdings(request.actor, asked), asked, day)
    rows = [
        [
            one.holding.member.number,
            one.holding.member.name,
            label(one.holding.member.unit),
            label(one.holding.capability),
            one.holding.number,
            f"{one.holding.valid_to:%Y-%m-%d}",
            one.days_left,
            _("Expired") if one.state == "lapsed" else pgettext("certificate", "Valid"),
        ]
        for one in (dated(row, day) for row in found)
    ]
    columns = [
        Column(_("Member number")),
        Column(_("Name")),
        Column(_("Serves in"), width=20),
        Column(_("Capability"), width=20),
        Column(_("Certificate number"), width=24),
        Column(_("Valid until (that day included)"), width=20),
        Column(_("Days left"), "number"),
        Column(_("State")),
    ]
    data = export_xlsx(_("Certificates"), columns, rows, notes=[f"{to_beijing(now):%Y-%m-%d %H:%M}"])
    actions.note_export(request.actor, len(rows))
    return as_file(data, f"muster-certificates-{day:%Y%m%d}.xlsx")
