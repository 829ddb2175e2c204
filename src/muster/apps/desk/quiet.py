"""What could be called this very moment: the page of a night on which nothing happens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from muster.access.rights import Actor
from muster.apps.incidents.models import Incident
from muster.apps.incidents.problem import usable_of
from muster.apps.people.models import Capability
from muster.apps.people.reads import MemberArrays, member_arrays
from muster.apps.plans.models import Plan
from muster.apps.plans.reads import plan_rows
from muster.apps.service.reads import availability_at, committed_ids


@dataclass(frozen=True, slots=True)
class Skill:
    """People who hold a capability validly: all on the books, and those who could be called now."""

    capability: Capability
    holders: int
    ready: int


@dataclass(frozen=True, slots=True)
class PlanState:
    """A plan in force: its posts, the lines for which there are fewer ready people than posts, when it was last used.

    Enough heads in every line is not the same as a chance: that is computed when it is called.
    """

    plan: Plan
    posts: int
    short: tuple[tuple[Capability, int, int], ...]  # capability, ready, needed
    last: Incident | None


@dataclass(frozen=True, slots=True)
class Quiet:
    """People of the viewer's part of the tree; `away`, `withdrawn`, `off` and `busy` are disjoint, in this order."""

    members: int
    ready: int
    away: int
    withdrawn: int
    busy: int
    skills: tuple[Skill, ...]
    plans: tuple[PlanState, ...]
    off: int = 0  # off duty by what they have said of their week


def quiet(actor: Actor, at: datetime) -> Quiet:
    """The state of people and plans as of `at`; a handful of queries whatever the size of the district."""
    people = member_arrays(at)
    mine = _mine(people, actor)
    busy = np.isin(people.ids, np.array(sorted(committed_ids(at, exercises=False)), np.int64))
    off = usable_of(people) & availability_at(people.ids, at).off
    usable = usable_of(people) & ~off
    ready = mine & usable & ~busy
    skills = _skills(people, mine, ready)
    return Quiet(
        members=int(mine.sum()),
        ready=int(ready.sum()),
        away=int((mine & people.away).sum()),
        withdrawn=int((mine & ~people.away & people.withdrawn).sum()),
        busy=int((mine & usable & busy).sum()),
        off=int((mine & off).sum()),
        skills=tuple(skill for skill in skills if skill.holders),
        plans=tuple(_plans({skill.capability.pk: skill.ready for skill in skills})) if not actor.unit_path else (),
    )


def _mine(people: MemberArrays, actor: Actor) -> np.ndarray:
    if not actor.unit_path:
        return np.ones(len(people), np.bool_)
    return np.array([actor.sees_unit(path) for path in people.unit_path.tolist()], np.bool_)


def _skills(people: MemberArrays, mine: np.ndarray, ready: np.ndarray) -> list[Skill]:
    found = []
    for capability in Capability.objects.order_by("bit"):
        holds = ((people.caps >> np.uint64(capability.bit)) & np.uint64(1)).astype(np.bool_)
        found.append(Skill(capability, int((holds & mine).sum()), int((holds & ready).sum())))
    return found


def _plans(ready: dict[int, int]) -> list[PlanState]:
    used = Incident.objects.exclude(plan=None).exclude(state="false_alarm").order_by("t0", "pk")
    last = {incident.plan_id: incident for incident in used.select_related("plan")}
    return [
        PlanState(
            row.plan,
            row.posts,
            tuple(
                (line.capability, ready.get(line.capability_id, 0), line.people)
                for line in row.lines
                if ready.get(line.capability_id, 0) < line.people
            ),
            last.get(row.plan.pk),
        )
        for row in plan_rows()
    ]
