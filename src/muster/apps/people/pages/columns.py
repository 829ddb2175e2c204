"""Which column is which: for a workbook whose columns bear names of its own, with the first values of each to go by."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.people.actions.columns import FIELDS, name_columns, own_header
from muster.apps.people.actions.common import check_office
from muster.apps.people.actions.runs import AT_ONCE
from muster.apps.people.models import ImportRun
from muster.codecs.own_columns import Column
from muster.codecs.roster_columns import MAX_CERTIFICATES, REQUIRED
from muster.core.errors import InvalidInput, NotFound

FIELD_WORDS: dict[str, str | Promise] = {
    "member_no": _("Member number"),
    "name": _("Name"),
    "id_number": _("ID number"),
    "sex": _("Sex"),
    "phone": _("Mobile"),
    "town": _("Town"),
    "village": _("Village"),
    "capabilities": _("Capabilities"),
    "employer": _("Employer"),
    "employer_code": _("Code of the employer"),
    "unit": _("Serves in"),
    "lon": _("Longitude"),
    "lat": _("Latitude"),
    "remark": _("Remark"),
}
PART_WORDS: dict[str, str | Promise] = {
    "name": _("Certificate %(n)s: name"),
    "number": _("Certificate %(n)s: number"),
    "valid_from": _("Certificate %(n)s: valid from"),
    "valid_to": _("Certificate %(n)s: valid until"),
}


def field_words() -> list[tuple[str, str, bool]]:
    """(field, its name in the reader's language, whether it is needed), in the order in which they are offered."""
    found = [(field, str(word), field in REQUIRED) for field, word in FIELD_WORDS.items()]
    for number in range(1, MAX_CERTIFICATES + 1):
        found += [
            (f"certificate{number}_{part}", str(word) % {"n": number}, False) for part, word in PART_WORDS.items()
        ]
    return [row for row in found if row[0] in FIELDS]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.IMPORT_PEOPLE)
def import_columns(request: HttpRequest, run_id: int) -> HttpResponse:
    check_office(request.actor, Right.IMPORT_PEOPLE)
    run = ImportRun.objects.filter(pk=run_id).first()
    if run is None:
        raise NotFound("people.import_unknown")
    header, refused = own_header(run), None
    chosen = [column.guess for column in header.columns]
    if request.method == "POST":
        chosen = request.POST.getlist("field")
        try:
            name_columns(request.actor, run, chosen)
        except InvalidInput as error:
            refused = error
        else:
            return redirect("start") if run.kind in AT_ONCE else redirect("people-import-run", run_id=run.pk)
    rows = [_row(place, column, chosen) for place, column in enumerate(header.columns)]
    context = {"nav": "people", "run": run, "header": header, "rows": rows, "fields": field_words(), "refused": refused}
    return render(request, "people/columns.html", context, status=422 if refused else 200)


def _row(place: int, column: Column, chosen: list[str]) -> dict[str, object]:
    return {
        "place": place, "column": column, "chosen": chosen[place] if place < len(chosen) else "",
        "guessed": bool(column.guess),
    }  # fmt: skip
