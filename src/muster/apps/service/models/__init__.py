"""Tables of service, by subject."""

from muster.apps.service.models.availability import AvailabilityReason, AvailabilityRule, AvailabilityState
from muster.apps.service.models.duties import (
    Attendance,
    Commitment,
    Learning,
    PastAlert,
    PayRate,
    ResponseModelRow,
)

__all__ = [
    "Attendance",
    "AvailabilityReason",
    "AvailabilityRule",
    "AvailabilityState",
    "Commitment",
    "Learning",
    "PastAlert",
    "PayRate",
    "ResponseModelRow",
]
