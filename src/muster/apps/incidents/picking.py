"""Picking people and whole units by hand: who can be called at all, and what a choice is worth. Nothing here waits for the
solve lane: a choice can be sent before, while or after its chance is computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from muster.access.rights import Actor
from muster.apps.incidents.models import Callout
from muster.apps.incidents.problem import Bundle, problem_for
from muster.apps.incidents.solving import seed_of
from muster.apps.people.models import Member, Unit, UnitKind
from muster.apps.people.reads import visible_members
from muster.planning.evaluate import evaluate

SHOWN = 60
SEALED = ("id_number", "phone")  # not shown here, and opening thousands of seals takes time


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit that may be called whole; `free` counts those in it who can be called now."""

    unit: Unit
    free: int
    depth: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What the pick page shows. `matching` people fit the filters, `rows` are the first of them, chosen ones on top."""

    rows: tuple[Member, ...]
    matching: int
    free: int
    units: tuple[UnitChoice, ...]
    picked: frozenset[int]
    picked_units: frozenset[int]
    heads: int  # distinct people chosen, alone or with their unit
    hidden: tuple[int, ...]  # chosen people whom the filters hide


@dataclass(frozen=True, slots=True)
class Worth:
    """P(all needs in time) if the chosen people are called too; at the stated moment."""

    p_hat: float
    p_low: float
    at: datetime


def free_ids(bundle: Bundle) -> set[int]:
    """Members who can be called now: not away, not committed, not asked already."""
    return set(bundle.member_ids[bundle.available].tolist())


def choices(
    actor: Actor,
    bundle: Bundle,
    *,
    q: str = "",
    capability_bit: int | None = None,
    unit_path: str = "",
    picked: Iterable[int] = (),
    picked_units: Iterable[int] = (),
) -> Choice:
    """People and units to pick from, in the actor's part of the tree."""
    free = free_ids(bundle)
    callable_now = visible_members(actor).filter(pk__in=free).select_related("unit", "home_unit")
    members = list(callable_now.defer(*SEALED).order_by("sort_pinyin"))
    chosen = frozenset(picked) & {member.pk for member in members}
    units = _units(members)
    whole = frozenset(picked_units) & {choice.unit.pk for choice in units}
    able = _able(bundle, capability_bit)
    fitting = [m for m in members if _fits(m, q) and (able is None or m.pk in able) and _inside(m.unit, unit_path)]
    rows = sorted(fitting, key=lambda member: member.pk not in chosen)[:SHOWN]
    shown = {member.pk for member in rows}
    return Choice(
        rows=tuple(rows),
        matching=len(fitting),
        free=len(members),
        units=tuple(units),
        picked=chosen,
        picked_units=whole,
        heads=len(_with_units(members, chosen, [c.unit for c in units if c.unit.pk in whole])),
        hidden=tuple(sorted(chosen - shown)),
    )


def _fits(member: Member, q: str) -> bool:
    text = q.strip().lower()
    return not text or text in member.name.lower() or member.initials.startswith(text) or member.number.lower() == text


def _inside(unit: Unit, path: str) -> bool:
    return not path or unit.path == path or unit.path.startswith(path + "/")


def _able(bundle: Bundle, bit: int | None) -> set[int] | None:
    if bit is None:
        return None
    held = (bundle.caps >> np.uint64(bit)) & np.uint64(1)
    return set(bundle.member_ids[held.astype(bool)].tolist())


def _units(members: list[Member]) -> list[UnitChoice]:
    """Units with anybody free, in tree order, without the office itself."""
    counts: Counter[str] = Counter()
    for path, heads in Counter(member.unit.path for member in members).items():
        parts = path.split("/")
        for length in range(1, len(parts) + 1):
            counts["/".join(parts[:length])] += heads
    units = Unit.objects.exclude(kind=UnitKind.OFFICE).filter(path__in=counts).order_by("path")
    return [UnitChoice(unit, counts[unit.path], unit.path.count("/")) for unit in units]


def _with_units(members: list[Member], picked: frozenset[int], units: list[Unit]) -> set[int]:
    return {m.pk for m in members if m.pk in picked or any(_inside(m.unit, unit.path) for unit in units)}


def worth_of(
    callout: Callout, bundle: Bundle, members: Iterable[int], units: Iterable[int], at: datetime
) -> Worth | None:
    """The chance if these people and units are called too; None where nothing is needed any more."""
    if bundle.problem is None:
        return None
    free = free_ids(bundle)
    rows = list(Member.objects.filter(pk__in=free).select_related("unit").defer(*SEALED))
    wanted = _with_units(rows, frozenset(members), list(Unit.objects.filter(pk__in=list(units))))
    places = np.flatnonzero(np.isin(bundle.member_ids, np.array(sorted(wanted), np.int64)))
    found = evaluate(bundle.problem, places, seed=seed_of(callout, at))
    return Worth(found.p_hat, found.p_low, at)


def problem_now(callout: Callout, at: datetime) -> Bundle:
    """The callout's problem as of `at`, for the functions above."""
    return problem_for(callout, at)
