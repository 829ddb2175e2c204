"""The plans on the sheet: green, red, or without an answer, and why.

A plan is green only by a certificate that is younger than a day and rests on the books as they are.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from muster.apps.maps.models import Closure
from muster.apps.people.models import Capability
from muster.apps.plans.checks import Shown, books_moved, newest_checks, newest_own_checks, why_none
from muster.apps.plans.models import PlanCheck


def plan_rows(at: datetime, fresh_since: datetime | None = None) -> list[dict[str, Any]]:
    """The office's plans in force, then shipped ones that it has not taken over.

    {"zh", "en", "own", "state": green | red | none, "why", "p_low", "target", "at", "alerts", "fades", "short"}
    why: "" for green and red, else waiting | never | failed | nobody | old | moved
    alerts: how many would be called; fades: whether it is known not to hold any more in 30 days
    short: {"missing", "minutes", "lines": [{"zh", "en"}]} or None
    """
    names = {row.slug: {"zh": row.zh, "en": row.en} for row in Capability.objects.all()}
    shipped = [one for one in newest_checks() if one.adopted is None]
    asked = [(one, True) for one in newest_own_checks()] + [(one, False) for one in shipped]
    return [_row(one, own, at, fresh_since, names) for one, own in asked]


def needs_by_capability() -> dict[str, int]:
    """Capability -> the most that any one of the listed plans asks for."""
    listed = [one.template for one in (*newest_own_checks(), *newest_checks()) if _counts(one)]
    most: dict[str, int] = {}
    for template in listed:
        sums: dict[str, int] = {}
        for need in template.needs:
            sums[need.capability] = sums.get(need.capability, 0) + need.people
        for slug, people in sums.items():
            most[slug] = max(most.get(slug, 0), people)
    return most


def _counts(one: Shown) -> bool:
    """A shipped plan that was taken over is counted as the office has it."""
    return one.template.slug.startswith("plan-") or one.adopted is None


def _row(one: Shown, own: bool, at: datetime, since: datetime | None, names: dict[str, Any]) -> dict[str, Any]:
    check = one.check
    why = _why_none(one, at, since)
    row: dict[str, Any] = {"zh": one.template.zh, "en": one.template.en, "own": own, "target": one.template.target}
    row |= {"state": "none", "why": why, "p_low": None, "at": None, "short": None, "alerts": None, "fades": False}
    if why or check is None:
        return row
    row |= {"p_low": check.p_low, "at": check.at.isoformat(), "target": check.target}
    if check.outcome == "holds":
        later = check.result.get("later") or {}
        return row | {"state": "green", "alerts": len(check.result["alert"]), "fades": not later.get("holds", True)}
    return row | {"state": "red", "short": _short(check, names)}


def _why_none(one: Shown, at: datetime, since: datetime | None) -> str:
    """Why there is no answer that counts, "" when there is one."""
    why, check = why_none(one, at), one.check
    if why or check is None:
        return why
    if since is not None and check.at >= since:
        return ""
    return "moved" if _moved(one, check) else ""


def _moved(one: Shown, check: PlanCheck) -> bool:
    """Whether people, the plan itself or the roads have changed since."""
    if one.template.slug.startswith("plan-") and one.adopted is not None and one.adopted.changed_at > check.at:
        return True
    roads = Closure.objects.filter(drawn_at__gt=check.at) | Closure.objects.filter(ended_at__gt=check.at)
    return roads.exists() or books_moved(check.books_seq)


def _short(check: PlanCheck, names: dict[str, Any]) -> dict[str, Any]:
    found = check.result["shortfall"]
    lines = [check.result["lines"][number] for number in found["lines"]]
    slugs = dict.fromkeys(line["capability"] for line in lines)
    return {
        "missing": found["missing"],
        "minutes": max(line["due_minutes"] for line in lines),
        "lines": [names.get(slug, {"zh": slug, "en": slug}) for slug in slugs],
    }
