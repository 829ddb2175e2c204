"""The text of the next report, written from what is known. A person reads it before it goes."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext as _

from muster.apps.command.models import DangerState, EvacuationState, Level, ReportKind, RequestState, TaskState
from muster.apps.command.reads.clocks import clocks
from muster.apps.command.states import OPEN_TASKS
from muster.apps.incidents.models import Incident
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.reads.access import OVER
from muster.web.show import day, wall_clock


def draft(incident: Incident, at: datetime) -> dict[str, str]:
    """Kind, medium, clock, title and body of the report that is due next; the names are those of `ReportForm`."""
    clock = next((one for one in clocks(incident, at) if one.done_at is None), None)
    kind = kind_due(incident)
    title = _("%(kind)s on %(title)s") % {"kind": ReportKind(kind).label, "title": incident.title}
    medium = "phone" if clock and clock.key == "report_phone" else "written"
    return {
        "kind": kind,
        "medium": medium,
        "clock": clock.key if clock else "",
        "report_title": title,
        "body": body(incident, at),
    }


def kind_due(incident: Incident) -> str:
    """First until a written one is out, then follow-ups, final once the incident is closed."""
    if not incident.reports.filter(medium="written").exists():
        return ReportKind.FIRST
    return ReportKind.FINAL if incident.state in OVER else ReportKind.FOLLOW_UP


def body(incident: Incident, at: datetime) -> str:
    """What happened, who is there, what is being done, what is dangerous, who was moved, what is wanted; paragraphs."""
    told = [_what(incident), _level(incident), _people(incident, at), _work(incident), _dangers(incident)]
    return "\n".join(part for part in [*told, _moved(incident), _wanted(incident)] if part)


def _what(incident: Incident) -> str:
    facts = {
        "day": day(incident.t0), "clock": wall_clock(incident.t0), "place": incident.place, "title": incident.title,
        "kind": incident.get_kind_display(),
    }  # fmt: skip
    return _("On %(day)s at %(clock)s this was reported from %(place)s: %(title)s (%(kind)s).") % facts


def _level(incident: Incident) -> str:
    order = incident.levels.last()
    if order is None or not order.level:
        return ""
    return _("%(level)s is in force since %(clock)s.") % {
        "level": Level(order.level).label,
        "clock": wall_clock(order.at),
    }


def _people(incident: Incident, at: datetime) -> str:
    alerts = incident.callout.alerts
    facts = {"clock": wall_clock(at), "called": alerts.count(), "here": alerts.filter(state=AlertState.CHECKED_IN).count(),
             "teams": incident.teams.filter(disbanded_at=None).count()}  # fmt: skip
    return _("By %(clock)s %(called)d people were called, %(here)d are on the spot in %(teams)d teams.") % facts


def _work(incident: Incident) -> str:
    tasks = incident.tasks
    if not tasks.exists():
        return ""
    done = tasks.filter(state__in=[TaskState.COMPLETED, TaskState.DEBRIEFED]).count()
    facts = {"open": tasks.filter(state__in=OPEN_TASKS).count(), "done": done,
             "blocked": tasks.filter(state=TaskState.BLOCKED).count()}  # fmt: skip
    return _("Tasks: %(open)d under way, of which %(blocked)d blocked, %(done)d completed.") % facts


def _dangers(incident: Incident) -> str:
    found = incident.dangers.exclude(state=DangerState.CLOSED)
    names = _(", ").join(
        _("%(title)s (%(state)s)") % {"title": one.title, "state": one.get_state_display()} for one in found
    )
    return _("Dangers: %(names)s.") % {"names": names} if names else ""


def _moved(incident: Incident) -> str:
    batches = incident.evacuations
    if not batches.exists():
        return ""
    moved = batches.aggregate(people=Sum("people"), children=Sum("children"), elderly=Sum("elderly"))
    there = batches.filter(state=EvacuationState.ARRIVED).aggregate(people=Sum("arrived_people"))["people"] or 0
    return _("%(people)d people moved (%(children)d children, %(elderly)d elderly), %(there)d have arrived.") % {
        **moved,
        "there": there,
    }


def _wanted(incident: Incident) -> str:
    waiting = incident.requests.exclude(state__in=[RequestState.ARRIVED, RequestState.CANCELLED])
    names = _(", ").join(f"{one.what} × {one.quantity}" for one in waiting)
    return _("Still wanted: %(names)s.") % {"names": names} if names else ""
