"""Files out: the empty roster, and the list of members with masked numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.people import actions
from muster.apps.people.models import Capability, Holding, Member, UnitKind
from muster.apps.people.reads import visible_members, visible_units
from muster.codecs import idnumber
from muster.codecs.sheets_out import Column, Value, export_xlsx
from muster.codecs.template import roster_template
from muster.core.units import to_beijing
from muster.jobs import clock

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_file(data: bytes, name: str) -> HttpResponse:
    """A workbook to be saved under an ASCII name, never shown by the browser."""
    answer = HttpResponse(data, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_safe
@needs(Right.SEE_PEOPLE)
def template(request: HttpRequest) -> HttpResponse:
    """The empty workbook with the district's own towns, villages and capabilities."""
    villages = visible_units(request.actor).filter(kind=UnitKind.VILLAGE).select_related("parent")
    places = [(unit.parent.name, unit.place or unit.name) for unit in villages if unit.parent]
    return as_file(roster_template(places, list(Capability.objects.values_list("zh", flat=True))), "muster-roster.xlsx")


@require_safe
@never_cache
@needs(Right.SEE_PEOPLE)
def export(request: HttpRequest) -> HttpResponse:
    """The members one sees; numbers masked, birth years and rounded points only, and the journal says that it left."""
    now = clock.now()
    members = visible_members(request.actor).select_related("unit", "home_unit__parent", "employer")
    rows = list(_rows(members.defer("id_number", "phone").prefetch_related("holdings__capability")))
    notes = [
        _("Numbers are masked. Coordinates are WGS-84, rounded to about 100 metres."),
        f"{to_beijing(now):%Y-%m-%d %H:%M}",
    ]
    data = export_xlsx(_("Members"), _columns(), rows, notes=notes)
    actions.note_export(request.actor, len(rows))
    return as_file(data, f"muster-people-{to_beijing(now):%Y%m%d}.xlsx")


def _columns() -> list[Column]:
    return [
        Column(_("Member number")),
        Column(_("Name")),
        Column(_("Sex")),
        Column(_("Birth year"), "number"),
        Column(_("ID number"), width=22),
        Column(_("Mobile"), width=16),
        Column(_("Town")),
        Column(_("Village"), width=16),
        Column(_("Serves in"), width=20),
        Column(_("Capabilities"), width=40),
        Column(_("Certificates"), width=50),
        Column(_("Employer"), width=30),
        Column(_("Longitude"), "number"),
        Column(_("Latitude"), "number"),
        Column(_("State")),
    ]


def _rows(members: Iterable[Member]) -> Iterator[list[Value]]:
    for member in members:
        held = sorted(member.holdings.all(), key=lambda holding: holding.capability.bit)
        home = member.home_unit
        yield [
            member.number,
            member.name,
            str(member.get_sex_display()),
            member.birth_date.year if member.birth_date else None,
            idnumber.masked_for_file(member.id_masked),
            member.phone_masked,
            home.parent.name if home and home.parent else "",
            (home.place or home.name) if home else "",
            member.unit.name,
            "、".join(holding.capability.zh for holding in held),
            "；".join(_certificate(holding) for holding in held if holding.number or holding.valid_to),
            member.employer.name if member.employer else "",
            _about(member.lon),
            _about(member.lat),
            str(member.get_state_display()),
        ]


def _certificate(holding: Holding) -> str:
    until = f" {holding.valid_to:%Y-%m-%d}" if holding.valid_to else ""
    return f"{holding.capability.zh} {holding.number}{until}"


def _about(degrees: float | None) -> float | None:
    """A file is passed on: the neighbourhood is enough there, the house is not told."""
    return None if degrees is None else round(degrees, 3)
