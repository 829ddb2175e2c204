"""Units as decision blocks: who hangs together with whom in a callout that calls units, and through whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from muster.apps.incidents.models import Callout
from muster.apps.people.models import Unit, UnitKind
from muster.apps.people.reads import MemberArrays
from muster.planning.units import Blocks

CALLED = (UnitKind.VILLAGE, UnitKind.TEAM)  # town offices and the office itself have no lead whom one would ring


def blocks_of(callout: Callout, arrays: MemberArrays) -> Blocks | None:
    """The units people serve in, by primary key, and who leads one; None when people are called one by one."""
    if not callout.by_units:
        return None
    units = np.fromiter(Unit.objects.filter(kind__in=CALLED).order_by("pk").values_list("pk", flat=True), np.int64)
    return Blocks(
        unit=np.where(np.isin(arrays.unit, units), arrays.unit, -1),
        leader=arrays.lead,
        touch_cost=callout.touch_cost,
        smallest=callout.smallest_group,
    )


def groups_of(
    blocks: Blocks | None, members: np.ndarray, alert: np.ndarray, leaders: Mapping[int, int]
) -> list[dict[str, int]]:
    """[{unit, lead, people}]: the units through whose leads these people (indices) are called, the largest first.

    `leaders` are the planner's; where it names none (a shortfall sends everybody useful, who may be without a lead), the
    first lead among the people does. A unit without any is no group: its people are called one by one.
    """
    if blocks is None:
        return []
    units = blocks.unit[alert]
    found = []
    for unit in np.unique(units[units >= 0]).tolist():
        own = alert[units == unit]
        leads = own[blocks.leader[own]].tolist()
        lead = leaders.get(unit, leads[0] if leads else -1)
        if lead >= 0 and len(own) > 1:
            found.append({"unit": unit, "lead": int(members[lead]), "people": len(own)})
    return sorted(found, key=lambda group: (-group["people"], group["unit"]))


def lead_of(groups: Sequence[Mapping[str, int]]) -> dict[int, int]:
    """unit -> member through whom it is called."""
    return {group["unit"]: group["lead"] for group in groups}
