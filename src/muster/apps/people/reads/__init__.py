"""Questions about people, answered as frozen values. Nothing here writes."""

from muster.apps.people.reads.arrays import MemberArrays, capability_masks, member_arrays
from muster.apps.people.reads.scope import member_by_number, unit_by_code, visible_members, visible_units
from muster.apps.people.reads.validity import holding_state, valid_holdings

__all__ = [
    "MemberArrays",
    "capability_masks",
    "holding_state",
    "member_arrays",
    "member_by_number",
    "unit_by_code",
    "valid_holdings",
    "visible_members",
    "visible_units",
]
