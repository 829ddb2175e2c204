"""Check-in by name list, and the sheets with the code for the wall of a muster point."""

from __future__ import annotations

from dataclasses import dataclass

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.incidents import actions
from muster.apps.incidents.models import Callout, Incident
from muster.apps.incidents.models.callout import AlertState, CalloutState
from muster.apps.incidents.pages.common import chosen_ids, context, is_number
from muster.apps.incidents.pages.people import back_to_people
from muster.apps.incidents.reads import AlertRow, alert_by_id, alert_rows, incident_by_id
from muster.apps.incidents.states import COMING, RUNNING
from muster.apps.incidents.wall_code import SCENE, make_code
from muster.apps.plans.models import MusterPoint
from muster.core.errors import InvalidInput

PLACES = frozenset({"muster", "scene"})


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.RECORD)
def incident_check_in(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Tick names, then press once: a wrong tick is taken back by ticking again, before anything is written."""
    incident = incident_by_id(request.actor, incident_id)
    if request.method == "POST" and "take_back" in request.POST:
        take_back(request, incident)
        return _back_to_list(request, incident)
    if request.method == "POST":
        return _check_in(request, incident)
    point, q = request.GET.get("point", ""), request.GET.get("q", "")
    rows = alert_rows(incident.callout, request.actor, q=q or None)
    here = [row for row in rows if row.group == "checked_in"]
    is_open = incident.callout.state in RUNNING | {CalloutState.STOOD_DOWN}
    away = [row for row in rows if is_open and row.group != "checked_in"]
    awaited = [row for row in away if point in ("", row.alert.muster_point.letter)]
    page = context(
        incident,
        awaited=sorted(awaited, key=_likelihood),
        here=[row for row in here if point in ("", row.alert.muster_point.letter)],
        points=incident.callout.muster_points.all(),
        point=point,
        q=q,
        where=request.GET.get("where", "muster"),
        open=is_open,
    )
    return render(request, "incidents/check_in.html", page)


def _likelihood(row: AlertRow) -> tuple[int, str]:
    """Who said he comes stands on top, who said he does not at the bottom."""
    state = row.alert.state
    if state in COMING:
        return 0, row.alert.member.sort_pinyin
    late = {AlertState.DECLINED, AlertState.WITHDRAWN, AlertState.RELEASED}
    return (2 if state in late else 1), row.alert.member.sort_pinyin


def _check_in(request: HttpRequest, incident: Incident) -> HttpResponse:
    where = request.POST.get("where", "muster")
    if where not in PLACES:
        raise InvalidInput("incidents.check_in_where", where=where[:20])
    rows = alert_rows(incident.callout, request.actor, ids=chosen_ids(request, "alert"))
    if not rows:
        messages.warning(request, _("Nobody was ticked; nothing is written."))
    for row in rows:
        actions.check_in(request.actor, row.alert, where, "list")
    if len(rows) == 1:
        messages.success(request, _("Checked in: %(name)s.") % {"name": rows[0].alert.member.name})
    elif rows:
        messages.success(request, _("Checked in: %(n)d people.") % {"n": len(rows)})
    if "query" in request.POST:
        return back_to_people(request, incident.pk)
    return _back_to_list(request, incident)


def _back_to_list(request: HttpRequest, incident: Incident) -> HttpResponse:
    where, point = request.POST.get("where", "muster"), request.POST.get("point", "")
    where = where if where in PLACES else "muster"
    known = incident.callout.muster_points.filter(letter=point).exists()
    return redirect(f"/incidents/{incident.pk}/check-in/?where={where}" + (f"&point={point}" if known else ""))


def take_back(request: HttpRequest, incident: Incident) -> None:
    """One person was checked in by mistake: the button says whom, the field beside it why."""
    wanted = request.POST.get("take_back", "")
    alert = alert_by_id(request.actor, incident.pk, int(wanted) if is_number(wanted) else 0)
    reason = request.POST.get("reason", "") or request.POST.get("remark", "")
    actions.take_back_check_in(request.actor, alert, reason.strip())
    messages.success(request, _("Taken back: %(name)s was not here.") % {"name": alert.member.name})


@dataclass(frozen=True, slots=True)
class Sheet:
    """One printed page: where it hangs, what it opens."""

    point: MusterPoint | None  # None: the scene itself
    address: str
    picture: SafeString


@require_GET
@needs(Right.RECORD)
def incident_qr(request: HttpRequest, incident_id: int) -> HttpResponse:
    """A sheet for every muster point and one for the scene."""
    incident = incident_by_id(request.actor, incident_id)
    points: list[MusterPoint | None] = [*incident.callout.muster_points.all(), None]
    page = context(
        incident,
        sheets=[_sheet(request, incident.callout, point) for point in points],
        public=bool(_public_base()),
    )
    return render(request, "incidents/qr.html", page)


def _public_base() -> str:
    """Where phones reach the page behind the code. It asks for a number, which no relay outside the network may see."""
    return "" if settings.MUSTER_RELAY_URL else settings.MUSTER_PUBLIC_URL.rstrip("/")


def _sheet(request: HttpRequest, callout: Callout, point: MusterPoint | None) -> Sheet:
    code = make_code(callout.pk, point.letter if point else SCENE)
    base = _public_base() or f"{request.scheme}://{request.get_host()}"
    address = f"{base}/c/{code}"
    picture = segno.make(address, error="q", micro=False).svg_inline(omitsize=True, border=2, dark="#000", light="#fff")
    return Sheet(point, address, mark_safe(picture))
