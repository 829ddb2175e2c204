"""What units should have and what they have, by capability: the books alone, whoever is away or on duty."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from muster.apps.people.models import Establishment, MemberState, Unit
from muster.apps.people.reads.validity import valid_holdings

Lines = dict[tuple[int, int], int]


def ordered_lines(units: Iterable[int]) -> Lines:
    """(unit id, capability id) -> heads it should have."""
    rows = Establishment.objects.filter(unit__in=list(units)).values_list("unit_id", "capability_id", "heads")
    return {(unit, capability): heads for unit, capability, heads in rows}


def held_lines(units: Iterable[int], day: date) -> Lines:
    """(unit id, capability id) -> active members who serve in it and whose capability counts on the Beijing day."""
    rows = valid_holdings(day).filter(member__state=MemberState.ACTIVE, member__unit__in=list(units))
    return dict(Counter(rows.values_list("member__unit_id", "capability_id")))


def gaps_by_unit(units: Iterable[Unit], day: date) -> dict[int, int]:
    """Unit id -> heads missing over all its ordered lines. One who could stand in two lines is counted in both: it says
    what the books lack, not whether an incident could be manned. Units without ordered lines are absent."""
    ids = [unit.pk for unit in units]
    ordered, held = ordered_lines(ids), held_lines(ids, day)
    gaps: Counter[int] = Counter()
    for (unit, capability), heads in ordered.items():
        gaps[unit] += max(0, heads - held.get((unit, capability), 0))
    return dict(gaps)
