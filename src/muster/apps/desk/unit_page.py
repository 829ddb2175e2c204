"""/field/unit/: a lead confirms his unit, or somebody enters it for him: how many come, and who can not.

In the light shell of the telephone pages, without a script: it is a lead's one act in a callout of units.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from muster.access.pages import needs
from muster.access.rights import Actor, Right
from muster.apps.incidents import actions
from muster.apps.incidents.led import Group, group_of, word_of
from muster.apps.incidents.models import Alert
from muster.apps.incidents.pages.common import chosen_ids, is_number
from muster.apps.incidents.reads.access import in_scope
from muster.apps.incidents.reads.people import GROUP_OF
from muster.apps.incidents.states import RUNNING
from muster.core.errors import Conflict, InvalidInput, MusterError, NotFound
from muster.jobs import clock


@needs(Right.CALL_TOWN, Right.CALL_VILLAGE, Right.RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def unit(request: HttpRequest, alert_id: int) -> HttpResponse:
    """The unit called through this lead. What was typed stays on the page when it is refused."""
    lead = _lead(request.actor, alert_id)
    if request.method != "POST":
        return _page(request, lead)
    number = request.POST.get("number", "").strip()
    cannot = chosen_ids(request, "cannot")
    try:
        if not is_number(number):
            raise InvalidInput("incidents.unit_number")
        group = actions.confirm_unit(request.actor, lead, number=int(number), cannot=cannot)
    except (InvalidInput, Conflict) as refusal:
        return _page(request, lead, refusal=refusal, number=number[:9], ticked=cannot, status=refusal.http_status)
    messages.success(request, _("Noted: %(said)s of %(called)s come.") % {"said": number, "called": group.called})
    return redirect(_back(request.actor, lead))


def _lead(actor: Actor, alert_id: int) -> Alert:
    rows = Alert.objects.filter(in_scope(actor), pk=alert_id).exclude(unit_called=None)
    lead = rows.select_related("member__unit", "member__home_unit", "callout__incident", "unit_called").first()
    if lead is None or not actor.sees_unit(lead.unit_called.path):
        raise NotFound("incidents.no_alert", alert=alert_id)
    return lead


def _back(actor: Actor, lead: Alert) -> str:
    incident = lead.callout.incident_id
    if actor.may(Right.CALL_TOWN):
        return f"/town/?incident={incident}"
    return f"/village/?incident={incident}" if actor.may(Right.CALL_VILLAGE) else f"/incidents/{incident}/people/#units"


def _page(
    request: HttpRequest,
    lead: Alert,
    *,
    refusal: MusterError | None = None,
    number: str | None = None,
    ticked: list[int] | None = None,
    status: int = 200,
) -> HttpResponse:
    group, incident = group_of(lead), lead.callout.incident
    page = {
        "group": group,
        "rows": [(row, word_of(row), GROUP_OF[row.state], row.pk in (ticked or ())) for row in group.people],
        "number": _usual(group) if number is None else number,
        "refusal": refusal,
        "incident": incident,
        "exercise": incident.is_exercise,
        "running": lead.callout.state in RUNNING,
        "now": clock.now(),
        "back": _back(request.actor, lead),
    }
    return render(request, "desk/unit.html", page, status=status)


def _usual(group: Group) -> int:
    """What stands in the field at first: what he said, or everybody who has not refused."""
    said = group.lead.unit_said
    return said if said is not None else sum(word != "no" for word in group.words.values())
