"""Sectors and tasks: planned, approved by somebody else than who has them, issued, read, done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from muster.access.rights import Actor, Right, check
from muster.apps.command.actions.common import begin, filled, member_here, note, short, take
from muster.apps.command.models import Sector, Task, TaskState, Team, ZoneKind
from muster.apps.command.places import ring_of
from muster.apps.command.reads.zones import DRONE, hindered, is_open, place_of
from muster.apps.command.states import ENTERING, TASK_STEPS, step
from muster.apps.incidents.models import Incident
from muster.apps.people.models import Capability, Member
from muster.apps.people.reads import capability_masks
from muster.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from muster.core.geo import is_on_globe
from muster.jobs.clock import now
from muster.web.show import label

MOST_SECTORS, MOST_TASKS = 40, 500
NEED_REASON = frozenset({TaskState.REFUSED, TaskState.BLOCKED})
READ_HOW = frozenset({"self", "radio", "phone", "face"})


@transaction.atomic
def make_sector(
    actor: Actor, incident_id: int, name: str, points: Sequence[tuple[float, float]] = (), leader: str = ""
) -> Sector:
    """A sector: an area, one point or no place yet. `leader`: number of somebody here, "" for nobody.

    Errors: "command.sector_name", Conflict "command.name_taken", those of `ring_of` and `member_here`."""
    incident = begin(actor, incident_id)
    said = filled(name, "command.sector_name", 60)
    if incident.sectors.filter(name=said).exists():
        raise Conflict("command.name_taken", name=said)
    if incident.sectors.count() >= MOST_SECTORS:
        raise Conflict("command.too_many", most=MOST_SECTORS)
    head = member_here(actor, incident, leader) if leader.strip() else None
    ring = ring_of(points, or_point=True) if points else []
    sector = Sector(incident=incident, name=said, ring=ring, leader=head, made_at=now())
    sector.save(force_insert=True)
    payload = {"sector": sector.pk, "name": said, "ring": ring, "leader": head.number if head else ""}
    note(incident, "sector.made", actor, payload=payload, person=head.number if head else "")
    return sector


@dataclass(frozen=True, slots=True)
class TaskInput:
    """What is said of a task. `sector`, `team`: keys, 0 for none; `assignee`: number of somebody here, "" for a team's task;
    `place`: (lon, lat) WGS-84; `capability`: slug of what it needs, "" for nothing special."""

    title: str
    objective: str = ""
    hazards: str = ""
    decision_points: str = ""
    comms: str = ""
    sector: int = 0
    team: int = 0
    assignee: str = ""
    capability: str = ""
    place: tuple[float, float] | None = None
    due_at: datetime | None = None


@transaction.atomic
def plan_task(actor: Actor, incident_id: int, data: TaskInput) -> Task:
    """Write a task down; nobody is told of it yet. Errors: "command.task_title", "command.task_due", "command.unknown_part",
    "maps.off_globe", those of `member_here`; Conflict "command.too_many"."""
    incident = begin(actor, incident_id)
    moment = now()
    if data.place is not None and not is_on_globe(*data.place):
        raise InvalidInput("maps.off_globe")
    if data.due_at is not None and data.due_at <= moment:
        raise InvalidInput("command.task_due")
    number = (incident.tasks.aggregate(last=Max("number"))["last"] or 0) + 1
    if number > MOST_TASKS:
        raise Conflict("command.too_many", most=MOST_TASKS)
    task = Task(
        incident=incident, number=number, title=filled(data.title, "command.task_title", 80),
        objective=short(data.objective, 300), hazards=short(data.hazards, 300), comms=short(data.comms, 120),
        decision_points=short(data.decision_points, 300), due_at=data.due_at, planned_at=moment, changed_at=moment,
        planned_by=actor.ref, sector=_sector(incident, data.sector), team=_team(incident, data.team),
        assignee=member_here(actor, incident, data.assignee) if data.assignee.strip() else None,
        capability=_capability(data.capability),
    )  # fmt: skip
    if data.place is not None:
        task.lon, task.lat = data.place
    task.save(force_insert=True)
    _told(actor, task, "task.planned")
    return task


def _sector(incident: Incident, key: int) -> Sector | None:
    found = incident.sectors.filter(pk=key).first() if key else None
    if key and found is None:
        raise InvalidInput("command.unknown_part")
    return found


def _team(incident: Incident, key: int) -> Team | None:
    found = incident.teams.filter(pk=key, disbanded_at=None).first() if key else None
    if key and found is None:
        raise InvalidInput("command.unknown_part")
    return found


def _capability(slug: str) -> Capability | None:
    found = Capability.objects.filter(slug=slug).first() if slug else None
    if slug and found is None:
        raise InvalidInput("command.unknown_part")
    return found


@transaction.atomic
def move_task(actor: Actor, incident_id: int, task_id: int, to: str, reason: str = "") -> Task:
    """Take a task one step on. Errors: IllegalTransition "command.illegal_step"; InvalidInput "command.reason_blank";
    Conflict "command.zone_closed_*", "command.task_nowhere", "command.task_unassigned", "command.unqualified";
    NotAllowed "command.approves_own"."""
    incident = begin(actor, incident_id)
    task = _locked(incident, task_id)
    return _move(actor, task, to, reason)


def _locked(incident: Incident, task_id: int) -> Task:
    rows = Task.objects.filter(incident=incident, pk=task_id)
    found = rows.select_related("sector", "team__leader", "assignee", "capability", "incident").first()
    if found is None:
        raise NotFound("command.task_unknown")
    return found


def _move(actor: Actor, task: Task, to: str, reason: str) -> Task:
    moment = now()
    then = step(TASK_STEPS, task.state, to)
    said = filled(reason, "command.reason_blank", 200) if then in NEED_REASON else short(reason, 200)
    if then in ENTERING:
        check_way(task, moment)
    if then in (TaskState.APPROVED, TaskState.ISSUED):
        _check_holder(task, moment)
    if then == TaskState.APPROVED:
        if holds(actor, task):
            raise NotAllowed("command.approves_own")
        task.approved_at, task.approved_by = moment, actor.ref
    task.state, task.changed_at, task.reason = then, moment, said
    task.save(update_fields=["state", "changed_at", "reason", "approved_at", "approved_by"])
    _told(actor, task, "task.moved")
    return task


def check_way(task: Task, moment: datetime) -> None:
    """Refuse a step into a closed zone, saying which entry is missing."""
    zones = list(task.incident.zones.prefetch_related("entries"))
    barred = hindered(task, zones, moment)
    if barred:
        raise Conflict(f"command.zone_closed_{barred[0].kind}", zone=barred[0].name, number=task.number)
    ground = [zone for zone in zones if zone.kind != ZoneKind.AIRSPACE and not is_open(zone, moment)]
    if ground and place_of(task) is None:
        raise Conflict("command.task_nowhere", zone=ground[0].name, number=task.number)


def _check_holder(task: Task, moment: datetime) -> None:
    """Somebody has the task, and can do it: the person, or at least one of the team."""
    numbers = holders(task)
    if not numbers:
        raise Conflict("command.task_unassigned", number=task.number)
    if task.capability is None:
        return
    ids = list(Member.objects.filter(number__in=numbers).values_list("pk", flat=True))
    masks = capability_masks(moment, ids)
    if not any(masks.get(pk, 0) >> task.capability.bit & 1 for pk in ids):
        raise Conflict("command.unqualified", capability=label(task.capability))


def holders(task: Task) -> set[str]:
    """Numbers of those who have the task: the person, or everybody of the team with its leader."""
    found = {task.assignee.number} if task.assignee else set()
    if task.team:
        present = task.team.members.filter(until=None).values_list("member__number", flat=True)
        found |= {task.team.leader.number, *present}
    return found


def holds(actor: Actor, task: Task) -> bool:
    """Whether the actor is himself among those who have the task."""
    return bool(actor.member_ref) and actor.member_ref in holders(task)


@transaction.atomic
def confirm_read(actor: Actor, incident_id: int, task_id: int, how: str) -> Task:
    """Who has the task has read it: he says so himself (`self`), or the desk notes that he said so by radio, phone or face.

    Errors: "command.read_how"; NotAllowed "command.not_yours"; Conflict "command.not_issued"."""
    incident = take(incident_id)
    task = _locked(incident, task_id)
    if how not in READ_HOW:
        raise InvalidInput("command.read_how")
    if how == "self":
        _own(actor, task)
    else:
        check(actor, Right.COMMAND)
    if task.state in (TaskState.PLANNED, TaskState.APPROVED):
        raise Conflict("command.not_issued")
    if task.read_at is not None:
        return task
    task.read_at, task.read_how = now(), how
    task.save(update_fields=["read_at", "read_how"])
    note(
        incident, "task.read", actor, payload={"task": task.pk, "number": task.number, "title": task.title, "how": how}
    )
    return task


@transaction.atomic
def answer_own_task(actor: Actor, incident_id: int, task_id: int, to: str, reason: str = "") -> Task:
    """Who has the task takes it on or refuses it himself. It counts as read. Errors: those of `move_task`,
    NotAllowed "command.not_yours"."""
    incident = take(incident_id)
    task = _locked(incident, task_id)
    _own(actor, task)
    if to not in (TaskState.ACCEPTED, TaskState.REFUSED):
        raise InvalidInput("command.own_answer")
    moved = _move(actor, task, to, reason)
    return confirm_read(actor, incident_id, moved.pk, "self")


def _own(actor: Actor, task: Task) -> None:
    check(actor, Right.SEE_OWN)
    if not holds(actor, task):
        raise NotAllowed("command.not_yours")


def _told(actor: Actor, task: Task, word: str) -> None:
    payload = {"task": task.pk, "number": task.number, "title": task.title, "state": task.state,
               "team": task.team_id or 0, "drone": bool(task.capability and task.capability.slug == DRONE)}  # fmt: skip
    person = task.assignee.number if task.assignee else ""
    note(task.incident, word, actor, payload=payload, person=person)
