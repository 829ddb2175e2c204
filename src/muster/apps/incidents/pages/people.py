"""Alerted people by state, and answers taken by telephone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.channels.actions import mark_told, open_call_list, report_wrong_number
from muster.apps.channels.models import OutMessage
from muster.apps.channels.reads import costs_of, receipts_of
from muster.apps.incidents import actions
from muster.apps.incidents.forms import ETAS, ReplyForm
from muster.apps.incidents.models import Alert, Reply
from muster.apps.incidents.own_page import DECLINE_REASONS
from muster.apps.incidents.pages.common import context, is_number
from muster.apps.incidents.reads import AlertRow, alert_by_id, alert_rows, incident_by_id
from muster.apps.incidents.reads.people import GROUPS, unit_groups
from muster.apps.incidents.states import RUNNING, WAITING
from muster.apps.people.models import UnitKind
from muster.apps.people.reads import visible_units
from muster.core.errors import InvalidInput

SHOWN = 150
QUIET_GROUPS = frozenset({"silent", "undelivered"})


@require_GET
@needs(Right.SEE_INCIDENTS)
def incident_people(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Everybody alerted whom the viewer may see; silent ones longest waiting first."""
    incident = incident_by_id(request.actor, incident_id)
    state, unit, q = (request.GET.get(name, "") for name in ("state", "unit", "q"))
    rows = alert_rows(incident.callout, request.actor, unit_path=unit or None, q=q or None)
    counts = Counter(row.group for row in rows)
    shown = in_order([row for row in rows if state in ("", row.group)])
    query = urlencode({"state": state, "unit": unit, "q": q})
    page = context(
        incident,
        rows=_with_receipts(shown if "all" in request.GET else shown[:SHOWN]),
        costs=costs_of(row.alert.ref for row in rows),
        hidden=0 if "all" in request.GET else max(0, len(shown) - SHOWN),
        groups=[(group, counts[group]) for group in GROUPS if counts[group] or group == state],
        total=len(rows),
        state=state,
        unit=unit,
        q=q,
        query=query,
        units=visible_units(request.actor).filter(kind__in=[UnitKind.TOWN, UnitKind.TEAM]),
        may_record=request.actor.may(Right.RECORD) and incident.callout.state in RUNNING,
        led=unit_groups(incident.callout, request.actor),
        next_one=next((row for row in shown if row.group in QUIET_GROUPS), None),
    )
    return render(request, "incidents/people.html", page)


def _with_receipts(rows: Sequence[AlertRow]) -> list[tuple[AlertRow, list[OutMessage]]]:
    """Each person with his alert's messages, one per channel that was used."""
    receipts = receipts_of(row.alert.ref for row in rows)
    return [(row, receipts.get(row.alert.ref, [])) for row in rows]


def in_order(rows: Sequence[AlertRow]) -> list[AlertRow]:
    """Who has been silent longest first, then the others by name as they came."""

    def rank(row: AlertRow) -> tuple[bool, float]:
        since = row.silent_since
        return since is None, 0.0 if since is None else since.timestamp()

    return sorted(rows, key=rank)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.RECORD)
def incident_reply(request: HttpRequest, incident_id: int, alert_id: int) -> HttpResponse:
    """What one person said on the telephone."""
    incident = incident_by_id(request.actor, incident_id)
    alert = alert_by_id(request.actor, incident_id, alert_id)
    if request.method == "POST":
        return _record(request, incident_id, alert)
    page = context(
        incident,
        alert=alert,
        replies=alert.replies.order_by("-pk"),
        etas=ETAS,
        reasons=DECLINE_REASONS.items(),
        query=request.GET.urlencode(),
    )
    return render(request, "incidents/_reply_panel.html" if request.htmx else "incidents/take_reply.html", page)


def _record(request: HttpRequest, incident_id: int, alert: Alert) -> HttpResponse:
    answer, _dash, detail = request.POST.get("quick", "").partition("-")
    typed = {"answer": answer, "eta_minutes" if answer == "accept" else "reason": detail} if answer else request.POST
    if answer == "wrong_number":
        return _wrong_number(request, incident_id, alert)
    form = ReplyForm(typed)
    if not form.is_valid():
        raise InvalidInput("incidents.reply_not_understood", answer=str(request.POST.get("answer", answer))[:20])
    said = form.cleaned_data
    kept = actions.record_reply_at_desk(
        request.actor,
        alert,
        answer=said["answer"],
        eta_minutes=said["eta_minutes"],
        reason=said["reason"],
        text=request.POST.get("text", "")[:200],
    )
    _tell(request, alert, kept)
    return back_to_people(request, incident_id)


def _wrong_number(request: HttpRequest, incident_id: int, alert: Alert) -> HttpResponse:
    """Somebody else answered: no reply, but something for the officer of the unit to settle."""
    report_wrong_number(request.actor, alert.member)
    words = _("Noted: the number of %(name)s is wrong. It stands in the list of wrong numbers.")
    messages.success(request, words % {"name": alert.member.name})
    return back_to_people(request, incident_id)


def _tell(request: HttpRequest, alert: Alert, kept: Reply) -> None:
    """What was noted, or why the answer is kept without counting."""
    who = {"name": alert.member.name}
    remarks = {
        "closed": _("Kept, but the callout has ended: %(name)s need not come any more.") % who,
        "late": _("Kept, but it changes nothing: %(name)s has already checked in or was released.") % who,
        "double": _("%(name)s had already said so; kept.") % who,
        "elsewhere": _("%(name)s is on duty elsewhere; the answer is kept but does not count.") % who,
        "contradicts": _("Noted. %(name)s had said otherwise before; the newest answer counts.") % who,
    }
    if kept.note in remarks:
        messages.warning(request, remarks[kept.note])
    elif kept.answer == "accept" and kept.eta_minutes is not None:
        messages.success(request, _("Noted: %(name)s comes in %(n)d minutes.") % {**who, "n": kept.eta_minutes})
    else:
        messages.success(request, _("Noted: %(name)s – %(answer)s") % {**who, "answer": kept.get_answer_display()})


def back_to_people(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Back to the list the form came from; only its filters are taken from the request, never an address."""
    query = request.POST.get("query", "")
    return HttpResponseRedirect(f"/incidents/{incident_id}/people/" + (f"?{query}" if query else ""))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.RECORD)
def incident_call_list(request: HttpRequest, incident_id: int) -> HttpResponse:
    """People to telephone, with their numbers: for paper, or for entry as they answer. Opening it is journaled."""
    incident = incident_by_id(request.actor, incident_id)
    if request.method == "POST":
        wanted = request.POST.get("message", "")
        told = mark_told(request.actor, int(wanted) if is_number(wanted) else 0)
        messages.success(request, _("Noted: %(name)s has been told.") % {"name": told.member.name})
        return redirect("incident-call-list", incident_id=incident.pk)
    everybody = alert_rows(incident.callout, request.actor)
    refs = _unanswered(everybody)
    rows = open_call_list(request.actor, refs, subject=incident.stream)
    called = [row.alert.ref for row in everybody]
    page = context(
        incident,
        rows=[(row, refs[row.ref]) for row in rows],
        tell=open_call_list(request.actor, called, subject=incident.stream, kinds=("release", "stand_down", "thanks")),
        etas=ETAS,
        may_record=incident.callout.state in RUNNING,
        first=rows[0].body if rows else "",
    )
    return render(request, "incidents/call_list.html", page)


def _unanswered(rows: list[AlertRow]) -> dict[str, Alert]:
    """Reference -> alert of people who have not answered yet."""
    return {row.alert.ref: row.alert for row in rows if row.alert.state in WAITING}
