"""Report clocks: what has to be reported by when, and what was."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from muster.access.models import Account
from muster.apps.command.dials import REPORT_CLOCKS, dials
from muster.apps.command.models import DangerState, LevelOrder
from muster.apps.command.reads.staff import due_at
from muster.apps.incidents.models import Incident
from muster.apps.incidents.reads.access import OVER

WORDS: dict[str, str | Promise] = {
    "report_phone": _("Report by telephone"),
    "report_written": _("First written report"),
    "report_follow": _("Follow-up report"),
    "report_second": _("Second follow-up report"),
}


@dataclass(frozen=True, slots=True)
class Clock:
    """`done_at`: when its report was sent; `left_seconds`: until it is due, negative when late."""

    key: str
    word: str | Promise
    due_at: datetime
    done_at: datetime | None
    left_seconds: int

    @property
    def late(self) -> bool:
        return self.done_at is None and self.left_seconds < 0


def clocks(incident: Incident, at: datetime) -> list[Clock]:
    """The report clocks that are switched on, from the time the call was taken."""
    done = {key: moment for key, moment in incident.reports.order_by("-pk").values_list("clock", "at") if key}
    found = []
    for key in REPORT_CLOCKS:
        minutes = dials()[key]
        if minutes:
            due = incident.t0 + timedelta(minutes=minutes)
            found.append(Clock(key, WORDS[key], due, done.get(key), int((due - at).total_seconds())))
    return found


@dataclass(frozen=True, slots=True)
class Alarms:
    """What the duty page says of command in one line: names of overdue teams, the next report, late dangers, the level."""

    teams: tuple[str, ...]
    report: Clock | None
    dangers: tuple[str, ...]
    level: str


def alarms(incident: Incident, at: datetime) -> Alarms:
    """From the clock alone, so that it alarms by itself whenever the page is drawn."""
    teams = incident.teams.filter(disbanded_at=None)
    overdue = tuple(team.name for team in teams if due_at(team) < at)
    waiting = [clock for clock in clocks(incident, at) if clock.done_at is None]
    late = incident.dangers.filter(state=DangerState.FOUND, report_due_at__lt=at).values_list("title", flat=True)
    order = incident.levels.last()
    over = incident.state in OVER
    return Alarms(
        () if over else overdue, None if over else next(iter(waiting), None), tuple(late), order.level if order else ""
    )


def level_history(incident: Incident) -> list[tuple[LevelOrder, str]]:
    """Every order with the name of who gave it, the newest first."""
    orders = list(incident.levels.all())
    refs = {
        int(order.ordered_by.removeprefix("account:")) for order in orders if order.ordered_by.startswith("account:")
    }
    names = {f"account:{pk}": name for pk, name in Account.objects.filter(pk__in=refs).values_list("pk", "name")}
    return [(order, names.get(order.ordered_by, "")) for order in reversed(orders)]
