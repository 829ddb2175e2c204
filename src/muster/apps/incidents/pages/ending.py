"""Roll call, early release, stand-down, leaving, closing, and the whole time list."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.channels.models import InMessage
from muster.apps.channels.reads import strange_texts
from muster.apps.incidents import actions
from muster.apps.incidents.models import Alert, Callout, Incident, RollCall
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.pages.arriving import take_back
from muster.apps.incidents.pages.common import chosen_ids, context, is_number
from muster.apps.incidents.reads import AlertRow, alert_rows, board, incident_by_id, roll_call_view
from muster.apps.incidents.reads.events import names_for
from muster.apps.incidents.reads.people import seen_ids
from muster.apps.incidents.sentences import event_of
from muster.apps.incidents.states import COMING, OPEN, WAITING
from muster.core.errors import Conflict, InvalidInput
from muster.jobs import clock
from muster.journal.models import Entry

LOG_PAGE = 100


@dataclass(frozen=True, slots=True)
class Group:
    """People of one muster point, for a list with a heading per place."""

    letter: str
    rows: tuple[AlertRow, ...]


def by_point(rows: list[AlertRow]) -> list[Group]:
    """Rows by the letter of their muster point."""
    letters = sorted({row.alert.muster_point.letter for row in rows})
    return [Group(x, tuple(row for row in rows if row.alert.muster_point.letter == x)) for x in letters]


def _here(request: HttpRequest, callout: Callout) -> list[AlertRow]:
    return alert_rows(callout, request.actor, state="checked_in")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.RECORD)
def incident_roll_call(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Start, tick who is there, close. Who has not answered in time stands on the missing list."""
    incident = incident_by_id(request.actor, incident_id)
    running = incident.callout.roll_calls.filter(closed_at=None).first()
    if request.method == "POST":
        return _call_the_roll(request, incident, running)
    last = running or incident.callout.roll_calls.order_by("-pk").first()
    view = roll_call_view(last, clock.now()) if last else None
    seen = seen_ids(incident.callout, request.actor)
    page = context(
        incident,
        view=view,
        is_running=running is not None,
        missing=[person for person in view.missing if person.alert_id in seen] if view else [],
        others=sum(person.alert_id not in seen for person in view.missing) if view else 0,
        left_seconds=max(0, int((running.due_at - clock.now()).total_seconds())) if running else 0,
        here=len(_here(request, incident.callout)),
    )
    fragment = request.htmx and request.htmx.target == "roll-call"
    return render(request, "incidents/_roll_call.html" if fragment else "incidents/roll_call.html", page)


def _call_the_roll(request: HttpRequest, incident: Incident, running: RollCall | None) -> HttpResponse:
    if "start" in request.POST:
        actions.start_roll_call(request.actor, incident.callout)
    elif "take_back" in request.POST:
        take_back(request, incident)
    elif running is None:
        raise Conflict("incidents.roll_call_closed")
    elif "close" in request.POST:
        actions.close_roll_call(request.actor, running)
    else:
        _answer(request, incident, running)
    return redirect("incident-roll-call", incident_id=incident.pk)


def _answer(request: HttpRequest, incident: Incident, running: RollCall) -> None:
    seen = seen_ids(incident.callout, request.actor)
    wanted = seen if "everyone" in request.POST else seen & set(chosen_ids(request, "alert"))
    remark = request.POST.get("remark", "").strip()
    if "accounted" in request.POST and not remark:
        raise InvalidInput("incidents.roll_call_remark")
    state = "accounted" if "accounted" in request.POST else "present"
    marked = actions.answer_roll_call(request.actor, running, wanted, state, remark if state == "accounted" else "")
    if marked:
        messages.success(request, _("%(n)d answered.") % {"n": marked})
    else:
        messages.warning(request, _("Nobody was ticked; nothing is written."))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.RELEASE)
def incident_release(request: HttpRequest, incident_id: int) -> HttpResponse:
    """People who accepted and are not needed, by the newest forecast; ticked beforehand."""
    incident = incident_by_id(request.actor, incident_id)
    if request.method == "POST":
        told = actions.release(request.actor, incident.callout, chosen_ids(request, "alert"))
        if told:
            messages.success(request, _("%(n)d people are told that they need not come.") % {"n": told})
            return redirect(f"/duty/{incident.pk}/")
        messages.warning(request, _("Nobody was ticked, or they have arrived meanwhile; nobody was told anything."))
        return redirect("incident-release", incident_id=incident.pk)
    run = incident.callout.solve_runs.order_by("-pk").first()
    wanted = set(run.releasable) if run else set()
    rows = alert_rows(incident.callout, request.actor)
    page = context(
        incident,
        rows=[row for row in rows if row.alert.pk in wanted and row.alert.state in COMING],
        others=[row for row in rows if row.alert.pk not in wanted and row.alert.state in COMING],
        run=run,
        silent=sum(row.alert.state in WAITING for row in rows),
    )
    return render(request, "incidents/release.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.STAND_DOWN)
def incident_stand_down(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Say what it does, then do it at one press."""
    incident = incident_by_id(request.actor, incident_id)
    if request.method == "POST":
        actions.stand_down(request.actor, incident.callout)
        messages.success(request, _("Stood down. Nobody further is expected; let people leave by the list."))
        return redirect("incident-leave", incident_id=incident.pk)
    alerts = list(incident.callout.alerts.only("callout_id", "state"))
    page = context(
        incident,
        board=board(incident.callout, request.actor),
        coming=_count(alerts, COMING),
        here=_count(alerts, {AlertState.CHECKED_IN}),
        silent=_count(alerts, OPEN - COMING),
    )
    return render(request, "incidents/stand_down.html", page)


def _count(alerts: list[Alert], states: object) -> int:
    return sum(alert.state in states for alert in alerts)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.RECORD)
def incident_leave(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Who is still on the spot; ticked people leave, their turn of duty ends."""
    incident = incident_by_id(request.actor, incident_id)
    rows = _here(request, incident.callout)
    if request.method == "POST":
        ids = [row.alert.pk for row in rows] if "everyone" in request.POST else chosen_ids(request, "alert")
        seen = {row.alert.pk for row in rows}
        left = actions.leave(request.actor, incident.callout, [pk for pk in ids if pk in seen])
        if left:
            messages.success(request, _("%(n)d people have left.") % {"n": left})
        else:
            messages.warning(request, _("Nobody was ticked; nothing is written."))
        return redirect("incident-leave", incident_id=incident.pk)
    page = context(
        incident,
        groups=by_point(rows),
        left=len(rows),
        everybody=incident.callout.alerts.filter(state=AlertState.CHECKED_IN).count(),
        gone=incident.callout.alerts.exclude(checked_in_at=None).exclude(state=AlertState.CHECKED_IN).count(),
        may_close=request.actor.may(Right.STAND_DOWN),
    )
    return render(request, "incidents/leave.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.STAND_DOWN)
def incident_close(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Closes when nobody is unaccounted for; otherwise says who."""
    incident = incident_by_id(request.actor, incident_id)
    if request.method == "POST":
        try:
            actions.close_incident(request.actor, incident)
        except Conflict as refusal:
            return _close_page(request, incident_by_id(request.actor, incident.pk), refusal=refusal)
        messages.success(request, _("Closed. Everybody is accounted for."))
        return redirect("review-page", incident_id=incident.pk)
    return _close_page(request, incident)


def _close_page(request: HttpRequest, incident: Incident, *, refusal: Conflict | None = None) -> HttpResponse:
    page = context(incident, rows=_here(request, incident.callout), refusal=refusal)
    return render(request, "incidents/close.html", page, status=409 if refusal else 200)


@require_GET
@needs(Right.SEE_INCIDENTS)
def incident_log(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Everything the incident's journal holds, newest first, a hundred lines at a time."""
    incident = incident_by_id(request.actor, incident_id)
    before = request.GET.get("before", "")
    entries = Entry.objects.filter(stream__name=incident.stream).order_by("-seq")
    if is_number(before):
        entries = entries.filter(seq__lt=int(before))
    held = list(entries[: LOG_PAGE + 1])
    names = names_for(held, request.actor)
    page = context(
        incident,
        events=[event_of(entry, names) for entry in held[:LOG_PAGE]],
        older=held[LOG_PAGE - 1].seq if len(held) > LOG_PAGE else None,
        strange=[] if before else _strange(request, incident),
    )
    return render(request, "incidents/log.html", page)


def _strange(request: HttpRequest, incident: Incident) -> list[InMessage]:
    """Texts that came in while it ran and that nobody could place: no unit is known, so the whole office's alone."""
    if request.actor.unit_path:
        return []
    end = incident.closed_at or clock.now()
    return [text for text in strange_texts(incident.is_exercise, incident.t0) if text.at <= end]
