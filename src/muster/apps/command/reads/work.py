"""The board of tasks, and what a member sees of his own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from muster.access.models import Account
from muster.access.rights import Actor
from muster.apps.command.models import SafetyZone, Task, TaskState
from muster.apps.command.reads.staff import Namer
from muster.apps.command.reads.zones import hindered
from muster.apps.command.states import TASK_STEPS
from muster.apps.incidents.models import Incident
from muster.apps.incidents.reads.access import OVER
from muster.core.errors import NotFound

COLUMNS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (_("To be given out"), (TaskState.PLANNED, TaskState.APPROVED)),
    (_("Given out"), (TaskState.ISSUED, TaskState.ACCEPTED, TaskState.REFUSED)),
    (_("Under way"), (TaskState.IN_PROGRESS, TaskState.BLOCKED)),
    (_("Finished"), (TaskState.COMPLETED, TaskState.DEBRIEFED)),
)
VERBS: dict[str, str | Promise] = {
    TaskState.APPROVED: _("Approve"),
    TaskState.ISSUED: _("Issue"),
    TaskState.ACCEPTED: _("Has taken it on"),
    TaskState.REFUSED: _("Has refused it"),
    TaskState.IN_PROGRESS: _("Begins"),
    TaskState.BLOCKED: _("Is blocked"),
    TaskState.COMPLETED: _("Is completed"),
    TaskState.DEBRIEFED: _("Is debriefed"),
}
TONES = {
    TaskState.BLOCKED: "bad", TaskState.REFUSED: "bad", TaskState.IN_PROGRESS: "act", TaskState.COMPLETED: "ok",
    TaskState.DEBRIEFED: "ok", TaskState.ISSUED: "warn",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as the board shows it. `barred`: closed zones in its way; `steps`: (state, verb) of what may be done next."""

    task: Task
    who: str
    approved_by: str
    barred: tuple[SafetyZone, ...]
    steps: tuple[tuple[str, str | Promise], ...]
    late: bool

    @property
    def tone(self) -> str:
        return TONES.get(TaskState(self.task.state), "plain")

    @property
    def unread(self) -> bool:
        """Given out, and nobody has confirmed having read it."""
        return self.task.read_at is None and self.task.state in (
            TaskState.ISSUED,
            TaskState.ACCEPTED,
            TaskState.IN_PROGRESS,
        )


def task_views(actor: Actor, incident: Incident, at: datetime) -> list[TaskView]:
    """Every task of the incident by number."""
    rows = incident.tasks.select_related("sector", "team__leader", "assignee", "capability", "incident")
    return _views(actor, list(rows), list(incident.zones.prefetch_related("entries")), at)


def _views(actor: Actor, tasks: list[Task], zones: Iterable[SafetyZone], at: datetime) -> list[TaskView]:
    namer = Namer(actor, [task.assignee for task in tasks])
    refs = {int(task.approved_by.removeprefix("account:")) for task in tasks if task.approved_by.startswith("account:")}
    accounts = {f"account:{pk}": name for pk, name in Account.objects.filter(pk__in=refs).values_list("pk", "name")}
    known = list(zones)
    return [
        TaskView(
            task=task,
            who=task.team.name if task.team else namer.of(task.assignee),
            approved_by=accounts.get(task.approved_by, ""),
            barred=tuple(hindered(task, known, at)) if task.state not in DONE else (),
            steps=tuple((state, VERBS[state]) for state in TaskState.values if state in TASK_STEPS[task.state]),
            late=task.due_at is not None and task.due_at < at and task.state not in DONE,
        )
        for task in tasks
    ]


DONE = frozenset({TaskState.COMPLETED, TaskState.DEBRIEFED, TaskState.REFUSED})


def columns(views: list[TaskView]) -> list[tuple[str | Promise, list[TaskView]]]:
    """The board: columns of states in their order."""
    return [(word, [view for view in views if view.task.state in states]) for word, states in COLUMNS]


def own_tasks(actor: Actor, at: datetime) -> list[TaskView]:
    """The tasks given to this member or a team of his, of incidents that are open; newest first."""
    if not actor.member_ref:
        return []
    given = Task.objects.exclude(state__in=[TaskState.PLANNED, TaskState.APPROVED]).exclude(incident__state__in=OVER)
    mine = given.filter(assignee__number=actor.member_ref)
    teams = given.filter(team__members__member__number=actor.member_ref, team__members__until=None)
    keys = {*mine.values_list("pk", flat=True), *teams.values_list("pk", flat=True)}
    rows = Task.objects.filter(pk__in=keys)
    tasks = list(rows.select_related("sector", "team__leader", "assignee", "capability", "incident").order_by("-pk"))
    zones = SafetyZone.objects.filter(incident__in={task.incident_id for task in tasks}).prefetch_related("entries")
    return [
        view
        for task in tasks
        for view in _views(actor, [task], [zone for zone in zones if zone.incident_id == task.incident_id], at)
    ]


def own_task(actor: Actor, task_id: int, at: datetime) -> Task:
    """One of them. Error: NotFound "command.task_unknown" also for one that he must not know of."""
    found = next((view.task for view in own_tasks(actor, at) if view.task.pk == task_id), None)
    if found is None:
        raise NotFound("command.task_unknown")
    return found
