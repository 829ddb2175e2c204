"""Tables of service, by subject."""

from muster.apps.service.models.availability import AvailabilityReason, AvailabilityRule, AvailabilityState
from muster.apps.service.models.bulk import BulkAct, BulkChange, BulkKind
from muster.apps.service.models.duties import (
    Attendance,
    Commitment,
    Learning,
    PastAlert,
    PayRate,
    ResponseModelRow,
)
from muster.apps.service.models.rota import DutyPost, DutySeat, DutySwap, DutyTurn, SwapState

__all__ = [
    "Attendance",
    "AvailabilityReason",
    "AvailabilityRule",
    "AvailabilityState",
    "BulkAct",
    "BulkChange",
    "BulkKind",
    "Commitment",
    "DutyPost",
    "DutySeat",
    "DutySwap",
    "DutyTurn",
    "Learning",
    "PastAlert",
    "PayRate",
    "ResponseModelRow",
    "SwapState",
]
