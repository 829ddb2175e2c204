"""Pick people and whole units by hand and send now: it works when everything else is late."""

from __future__ import annotations

import structlog
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.incidents import actions, picking
from muster.apps.incidents.actions.sending import may_approve
from muster.apps.incidents.models import Incident
from muster.apps.incidents.pages.common import chosen_ids, context, is_number, whom_to_wake
from muster.apps.incidents.problem import Bundle
from muster.apps.incidents.reads import incident_by_id
from muster.apps.people.models import Capability, Unit, UnitKind
from muster.core.errors import Conflict, InvalidInput, MusterError
from muster.jobs import clock

log = structlog.get_logger(__name__)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.PROPOSE)
def incident_pick(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Filter, tick, look at the chance if there is time, send."""
    incident = incident_by_id(request.actor, incident_id)
    if request.method == "POST" and "send" in request.POST:
        return _send(request, incident)
    return _page(request, incident)


def _send(request: HttpRequest, incident: Incident) -> HttpResponse:
    people, units = chosen_ids(request, "member"), chosen_ids(request, "unit")
    reason = request.POST.get("reason", "").strip()
    try:
        wave = actions.send_by_hand(request.actor, incident.callout, people, units, reason)
    except (InvalidInput, Conflict) as refusal:
        fresh = incident_by_id(request.actor, incident.pk)
        return _page(request, fresh, refusal=refusal, status=refusal.http_status)
    sent = wave.alerts.count()
    messages.success(request, _("Called %(n)d people. The chance is being computed.") % {"n": sent})
    return redirect(f"/duty/{incident.pk}/")


def _page(request: HttpRequest, incident: Incident, *, refusal: object = None, status: int = 200) -> HttpResponse:
    asked: QueryDict = request.POST if request.method == "POST" else request.GET
    at = clock.now()
    bundle = picking.problem_now(incident.callout, at)
    capability = asked.get("capability", "")
    people, units = chosen_ids(request, "member"), chosen_ids(request, "unit")
    choice = picking.choices(
        request.actor,
        bundle,
        q=asked.get("q", ""),
        capability_bit=int(capability) if is_number(capability) else None,
        unit_path=asked.get("town", ""),
        picked=people,
        picked_units=units,
    )
    page = context(
        incident,
        choice=choice,
        asked=asked,
        refusal=refusal,
        worth=_worth(incident, bundle, people, units) if "weigh" in request.POST else None,
        weighed="weigh" in request.POST,
        excluded=bundle.excluded,
        has_needs=bool(bundle.orders),
        capabilities=Capability.objects.all(),
        towns=Unit.objects.filter(kind__in=[UnitKind.TOWN, UnitKind.TEAM]),
        needed=incident.callout.needs.select_related("capability"),
        why_not=may_approve(request.actor, incident.callout),
        wake=whom_to_wake(),
        reason=asked.get("reason", ""),
    )
    return render(request, "incidents/pick.html", page, status=status)


def _worth(incident: Incident, bundle: Bundle, people: list[int], units: list[int]) -> picking.Worth | None:
    """The chance, or None when it could not be computed: the page says so and sending stays possible."""
    try:
        return picking.worth_of(incident.callout, bundle, people, units, clock.now())
    except MusterError as error:
        log.warning("pick.not_weighed", incident=incident.pk, code=error.code)
        return None
