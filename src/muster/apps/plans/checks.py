"""Questions about the answers to shipped and own plans: the newest of each, and whether the books have moved since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, QuerySet

from muster.apps.plans.models import CheckState, Plan, PlanCheck
from muster.apps.plans.reads import current_plans
from muster.apps.plans.shipped import Template, own_template, templates
from muster.core.errors import NotFound
from muster.journal.models import Entry, Stream

BOOKS = "people"
CHANGES_NOTHING = ("import.", "people.exported", "number.unmasked", "contact.", "units.", "unit.")
"""Acts in the people's journal, or their first letters, after which every answer still stands."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A shipped plan, its newest answered check and the one that waits (either may be missing); `adopted`: the
    office's own plan made from it."""

    template: Template
    check: PlanCheck | None
    waiting: PlanCheck | None
    adopted: Plan | None


FRESH = timedelta(days=1)


def why_none(one: Shown, at: datetime) -> str:
    """Why no answer counts at `at`, as far as the answer itself tells: a certificate counts for a day. "" when it counts."""
    check = one.check
    if check is None or check.at is None:
        return "failed" if check is not None else "waiting" if one.waiting is not None else "never"
    if check.outcome not in ("holds", "short"):
        return "nobody" if check.outcome == "nobody" else "failed"
    return "old" if at - check.at >= FRESH or check.at > at else ""


def newest_checks() -> tuple[Shown, ...]:
    """All shipped plans in their order; three queries."""
    plans = {(plan.zh, plan.kind): plan for plan in Plan.objects.filter(retired_at=None)}
    return _shown([(one, plans.get((one.zh, one.kind))) for one in templates()])


def newest_own_checks() -> tuple[Shown, ...]:
    """All plans of the office that are in force, in the order of their list; `adopted` is the plan itself."""
    return _shown([(own_template(plan), plan) for plan in _own()])


def own_templates() -> list[Template]:
    """The office's plans in force as what is asked about."""
    return [own_template(plan) for plan in _own()]


def _own() -> QuerySet[Plan]:
    return current_plans().prefetch_related("needs__capability", "muster_points")


def _shown(asked: list[tuple[Template, Plan | None]]) -> tuple[Shown, ...]:
    done = PlanCheck.objects.exclude(state=CheckState.WANTED)
    newest = done.values("template").annotate(newest=Max("pk")).values("newest")
    answered = {row.template: row for row in PlanCheck.objects.filter(pk__in=newest)}
    waiting = {row.template: row for row in PlanCheck.objects.filter(state=CheckState.WANTED)}
    return tuple(Shown(one, answered.get(one.slug), waiting.get(one.slug), plan) for one, plan in asked)


def open_checks() -> list[PlanCheck]:
    """What the lane has yet to do: first everything that has no answer, then the repairs."""
    rows = PlanCheck.objects.filter(state__in=(CheckState.WANTED, CheckState.ANSWERED))
    return sorted(rows, key=lambda row: (row.state != CheckState.WANTED, row.pk))


def untested() -> list[PlanCheck]:
    """The newest answers of the office's plans that hold and have no loss test yet, oldest first."""
    done = PlanCheck.objects.filter(template__in=[one.slug for one in own_templates()]).exclude(state=CheckState.WANTED)
    newest = done.order_by().values("template").annotate(newest=Max("pk")).values("newest")
    wanted = PlanCheck.objects.filter(pk__in=newest, state=CheckState.DONE, outcome="holds", losses=None)
    return list(wanted.order_by("pk"))


def check_by_id(pk: int) -> PlanCheck:
    """An answered check. Error: NotFound "plans.check_unknown"."""
    row = PlanCheck.objects.exclude(state=CheckState.WANTED).filter(pk=pk).first()
    if row is None:
        raise NotFound("plans.check_unknown")
    return row


def books_seq() -> int:
    """How many entries the people's journal has."""
    return Stream.objects.filter(name=BOOKS).values_list("count", flat=True).first() or 0


def books_moved(since: int) -> bool:
    """Whether something that an answer rests on was entered after that many entries."""
    later = Entry.objects.filter(stream__name=BOOKS, seq__gt=since)
    for word in CHANGES_NOTHING:
        later = later.exclude(action__startswith=word)
    return later.exists()
