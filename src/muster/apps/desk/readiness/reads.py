"""The readiness board: every plan with its newest proof, what it says, how it went, and which single losses break it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from muster.apps.plans.checks import Shown, newest_checks, newest_own_checks, why_none
from muster.apps.plans.models import CheckState, LossTest, PlanCheck
from muster.core.errors import NotFound
from muster.core.units import beijing_day

HISTORY = timedelta(days=60)
ORDER = {"red": 0, "none": 1, "green": 2}


@dataclass(frozen=True, slots=True)
class Point:
    """The newest answer of one Beijing day."""

    day: date
    p_low: float
    holds: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One plan. state: green | red | none; why: "" or never, waiting, failed, nobody, old, changed - why there is no answer that
    counts. fades: holds today and is known not to in 30 days. losses: the loss test of this very answer."""

    shown: Shown
    state: str
    why: str
    history: tuple[Point, ...]
    losses: LossTest | None

    @property
    def check(self) -> PlanCheck | None:
        return self.shown.check

    @property
    def fades(self) -> bool:
        return self.check is not None and not (self.check.result.get("later") or {}).get("holds", True)

    @property
    def cheapest(self) -> dict[str, object] | None:
        """The cheapest certified repair of a red plan."""
        repairs = self.check.result.get("repairs") if self.check is not None else None
        return repairs[0] if repairs else None


def board(at: datetime) -> list[Row]:
    """The office's plans in force, or the shipped ones where it has written none; red first, then the unproved, then by
    how near the promise is to its target."""
    asked = newest_own_checks() or newest_checks()
    past = _history([one.template.slug for one in asked], at)
    losses = {row.check_of_id: row for row in LossTest.objects.filter(check_of__in=[c.pk for c in _checks(asked)])}
    rows = [_row(one, at, past[one.template.slug], losses) for one in asked]
    return sorted(rows, key=lambda row: (ORDER[row.state], _margin(row), row.shown.template.slug))


def row_of(slug: str, at: datetime) -> Row:
    """One plan of the board. Error: NotFound "plans.template_unknown"."""
    found = next((row for row in board(at) if row.shown.template.slug == slug), None)
    if found is None:
        raise NotFound("plans.template_unknown")
    return found


def _checks(asked: tuple[Shown, ...]) -> list[PlanCheck]:
    return [one.check for one in asked if one.check is not None]


def _margin(row: Row) -> float:
    if row.check is None or row.check.p_low is None:
        return 0.0
    return row.check.p_low - row.check.target


def _row(one: Shown, at: datetime, past: list[Point], losses: dict[int, LossTest]) -> Row:
    why = _why_none(one, at)
    state = "none" if why or one.check is None else "green" if one.check.outcome == "holds" else "red"
    return Row(one, state, why, tuple(past), losses.get(one.check.pk) if one.check is not None else None)


def _why_none(one: Shown, at: datetime) -> str:
    """Why no answer counts: the answer itself, or the plan was written anew since."""
    why, check = why_none(one, at), one.check
    if why or check is None:
        return why
    own = one.template.slug.startswith("plan-") and one.adopted is not None
    return "changed" if own and one.adopted.changed_at > check.at else ""


def _history(slugs: list[str], at: datetime) -> dict[str, list[Point]]:
    """template -> the newest answer of each of the last days, oldest first."""
    done = PlanCheck.objects.filter(template__in=slugs, at__gte=at - HISTORY, at__lte=at, p_low__isnull=False)
    days: dict[str, dict[date, Point]] = defaultdict(dict)
    for slug, moment, p_low, outcome in done.order_by("pk").values_list("template", "at", "p_low", "outcome"):
        day = beijing_day(moment)
        days[slug][day] = Point(day, p_low, outcome == "holds")
    return defaultdict(list, {slug: [found[day] for day in sorted(found)] for slug, found in days.items()})


def working(rows: list[Row]) -> bool:
    """Whether answers or repairs are still being sought."""
    return any(
        row.shown.waiting is not None or (row.check is not None and row.check.state == CheckState.ANSWERED)
        for row in rows
    )
