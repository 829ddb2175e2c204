"""The forms 201 to 219: each is a list of boxes, a box a title with lines or a table. Filled from the tables and the journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.access.rights import Actor
from muster.apps.command import drafting
from muster.apps.command.models import TaskState
from muster.apps.command.reads import staff, work, zones
from muster.apps.command.reads.clocks import clocks
from muster.apps.incidents.models import Incident
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.reads import alert_rows, events
from muster.web.show import wall_clock


@dataclass(frozen=True, slots=True)
class Box:
    """One numbered box of a form. Either `lines`, or a table with `head` and `rows`; empty: to be filled in by hand."""

    title: str
    lines: Sequence[str] = ()
    head: Sequence[str] = ()
    rows: Sequence[Sequence[object]] = field(default_factory=tuple)


Make = Callable[[Actor, Incident, datetime], list[Box]]
LONGEST_LOG = 400


def _name_box(incident: Incident, at: datetime) -> Box:
    facts = [incident.title, incident.place, _("Printed at %(clock)s") % {"clock": wall_clock(at)}]
    period = incident.periods.filter(starts_at__lte=at, ends_at__gt=at).first()
    if period:
        span = {"n": period.number, "from": wall_clock(period.starts_at), "to": wall_clock(period.ends_at)}
        facts.append(_("Operational period %(n)d: %(from)s to %(to)s") % span)
    return Box(_("Incident"), facts)


def _objectives(incident: Incident) -> Box:
    period = incident.periods.last()
    return Box(_("Objectives"), period.objectives.splitlines() if period else ())


def _posts(actor: Actor, incident: Incident) -> Box:
    rows = [
        (post.word, post.name or "–", wall_clock(post.since) if post.since else "–", post.under)
        for post in staff.posts(actor, incident)
    ]
    return Box(_("Positions"), head=(_("Position"), _("Name"), _("Since"), _("Leads")), rows=rows)


def _teams(actor: Actor, incident: Incident, at: datetime) -> Box:
    rows = [
        (
            view.team.name,
            view.leader,
            view.team.sector.name if view.team.sector else "–",
            len(view.names),
            wall_clock(view.team.checked_at),
        )
        for view in staff.team_views(actor, incident, at)
    ]
    return Box(_("Teams"), head=(_("Team"), _("Leader"), _("Sector"), _("People"), _("Last report")), rows=rows)


def _tasks(actor: Actor, incident: Incident, at: datetime) -> Box:
    rows = [
        (
            view.task.number,
            view.task.title,
            view.who or "–",
            view.task.sector.name if view.task.sector else "–",
            view.task.get_state_display(),
        )
        for view in work.task_views(actor, incident, at)
    ]
    return Box(_("Tasks"), head=(_("No."), _("Task"), _("Who"), _("Sector"), _("State")), rows=rows)


def _resources(incident: Incident) -> Box:
    rows = [
        (
            one.number,
            one.get_kind_display(),
            one.what,
            one.quantity,
            one.deliver_to,
            one.source or "–",
            one.get_state_display(),
        )
        for one in incident.requests.all()
    ]
    head = (_("No."), _("Kind"), _("What"), _("Quantity"), _("Deliver to"), _("Supplier"), _("State"))
    return Box(_("Resources asked for"), head=head, rows=rows)


def _zones(incident: Incident, at: datetime) -> Box:
    rows = [
        (view.zone.name, view.zone.get_kind_display(), _("open") if view.open else _("shut"),
         f"{view.last.confirmed_by} {wall_clock(view.last.confirmed_at)} {view.last.number}" if view.last else "–")
        for view in zones.zone_views(incident, at)
    ]  # fmt: skip
    return Box(_("Safety zones"), head=(_("Zone"), _("Kind"), _("State"), _("Last entry")), rows=rows)


def _log(actor: Actor, incident: Incident) -> Box:
    found = reversed(events(incident, actor, limit=LONGEST_LOG, quiet=False))
    rows = [(wall_clock(event.at), f"{event.strong} {event.sentence}".strip()) for event in found]
    return Box(_("Time list"), head=(_("Time"), _("What happened")), rows=rows)


def f201(actor: Actor, incident: Incident, at: datetime) -> list[Box]:
    situation = Box(_("Situation"), drafting.body(incident, at).splitlines())
    return [
        _name_box(incident, at),
        situation,
        _objectives(incident),
        _posts(actor, incident),
        _resources(incident),
        _zones(incident, at),
    ]


def f202(_actor: Actor, incident: Incident, at: datetime) -> list[Box]:
    period = incident.periods.last()
    return [
        _name_box(incident, at),
        _objectives(incident),
        Box(_("Word on safety"), [period.safety] if period and period.safety else ()),
        _zones(incident, at),
    ]


def f203(actor: Actor, incident: Incident, at: datetime) -> list[Box]:
    return [_name_box(incident, at), _posts(actor, incident), _teams(actor, incident, at)]


def f204(actor: Actor, incident: Incident, at: datetime) -> list[Box]:
    boxes = [_name_box(incident, at)]
    for view in work.task_views(actor, incident, at):
        if view.task.state == TaskState.DEBRIEFED:
            continue
        task = view.task
        said = (
            (_("Who"), view.who), (_("Objective"), task.objective), (_("Hazards"), task.hazards),
            (_("Decision points"), task.decision_points), (_("Radio channel or telephone"), task.comms),
            (_("Due"), wall_clock(task.due_at) if task.due_at else ""), (_("State"), task.get_state_display()),
        )  # fmt: skip
        boxes.append(Box(f"{task.number} {task.title}", rows=[(word, value or "–") for word, value in said]))
    return boxes


def f205(actor: Actor, incident: Incident, at: datetime) -> list[Box]:
    rows = [
        (view.task.number, view.task.title, view.who or "–", view.task.comms or "–")
        for view in work.task_views(actor, incident, at)
    ]
    head = (_("No."), _("Task"), _("Who"), _("Radio channel or telephone"))
    return [_name_box(incident, at), Box(_("Communications"), head=head, rows=rows)]


def f206(actor: Actor, incident: Incident, at: datetime) -> list[Box]:
    medics = [
        (row.alert.member.name, row.alert.muster_point.letter)
        for row in alert_rows(incident.callout, actor)
        if row.alert.state == AlertState.CHECKED_IN
        and row.alert.member.holdings.filter(capability__slug="medic").exists()
    ]
    aid = Box(_("Medics on the spot"), head=(_("Name"), _("Muster point")), rows=medics)
    return [
        _name_box(incident, at),
        aid,
        Box(_("Hospitals, ambulances: name, telephone, minutes away")),
        Box(_("What to do for the injured")),
    ]


def f209(_actor: Actor, incident: Incident, at: datetime) -> list[Box]:
    moved = incident.evacuations.aggregate(people=Sum("people"), arrived=Sum("arrived_people"))
    people = [(_("People moved"), moved["people"] or 0), (_("of whom arrived"), moved["arrived"] or 0)]
    dangers = [(one.number, one.title, one.place, one.get_state_display()) for one in incident.dangers.all()]
    due = [
        (clock.word, wall_clock(clock.due_at), wall_clock(clock.done_at) if clock.done_at else "–")
        for clock in clocks(incident, at)
    ]
    return [
        _name_box(incident, at), Box(_("Situation"), drafting.body(incident, at).splitlines()), Box(_("Evacuation"), rows=people),
        Box(_("Dangers"), head=(_("No."), _("What"), _("Where"), _("State")), rows=dangers),
        Box(_("Reports"), head=(_("Report"), _("Due"), _("Sent")), rows=due), _resources(incident),
    ]  # fmt: skip


def f211(actor: Actor, incident: Incident, at: datetime) -> list[Box]:
    rows = [
        (
            row.alert.member.number,
            row.alert.member.name,
            wall_clock(row.alert.checked_in_at),
            row.alert.muster_point.letter,
        )
        for row in alert_rows(incident.callout, actor)
        if row.alert.checked_in_at is not None
    ]
    head = (_("Number"), _("Name"), _("Checked in"), _("Muster point"))
    return [_name_box(incident, at), Box(_("Check-in list"), head=head, rows=rows)]


def f213(_actor: Actor, incident: Incident, at: datetime) -> list[Box]:
    return [
        _name_box(incident, at),
        Box(_("To")),
        Box(_("From")),
        Box(_("Message")),
        Box(_("Answer")),
        _resources(incident),
    ]


def f214(actor: Actor, incident: Incident, at: datetime) -> list[Box]:
    return [_name_box(incident, at), _log(actor, incident)]


def f215(actor: Actor, incident: Incident, at: datetime) -> list[Box]:
    return [
        _name_box(incident, at),
        _objectives(incident),
        _tasks(actor, incident, at),
        _teams(actor, incident, at),
        _resources(incident),
    ]


def f219(actor: Actor, incident: Incident, at: datetime) -> list[Box]:
    cards = [
        Box(view.team.name, rows=[(_("Leader"), view.leader), (_("Sector"), view.team.sector.name if view.team.sector else "–"),
                                  (_("People"), _(", ").join(view.names)), (_("Last report"), wall_clock(view.team.checked_at))])
        for view in staff.team_views(actor, incident, at)
    ]  # fmt: skip
    riding = [
        Box(
            vehicle.plate,
            head=(_("Name"), _("Since")),
            rows=[(name, wall_clock(row.boarded_at)) for row, name in vehicle.riders],
        )
        for vehicle in staff.vehicles(actor, incident)
    ]
    return [_name_box(incident, at), *cards, *riding]


@dataclass(frozen=True, slots=True)
class Sheet:
    word: str | Promise
    make: Make


SHEETS: dict[str, Sheet] = {
    "201": Sheet(gettext_lazy("Incident briefing"), f201),
    "202": Sheet(gettext_lazy("Incident objectives"), f202),
    "203": Sheet(gettext_lazy("Organisation list"), f203),
    "204": Sheet(gettext_lazy("Task list"), f204),
    "205": Sheet(gettext_lazy("Radio plan"), f205),
    "206": Sheet(gettext_lazy("Medical plan"), f206),
    "209": Sheet(gettext_lazy("Incident status"), f209),
    "211": Sheet(gettext_lazy("Check-in list"), f211),
    "213": Sheet(gettext_lazy("Message form"), f213),
    "214": Sheet(gettext_lazy("Activity log"), f214),
    "215": Sheet(gettext_lazy("Planning worksheet"), f215),
    "219": Sheet(gettext_lazy("Resource cards"), f219),
}
