"""A certificate as of a day: what it is worth and how long still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from muster.apps.people.models import Holding
from muster.apps.people.reads.validity import holding_state


@dataclass(frozen=True, slots=True)
class DatedHolding:
    """A holding and how it stands on a day: valid, soon, lapsed, not_yet or unproven; `days_left` is negative once it has
    run out, 0 for one without an end."""

    holding: Holding
    state: str
    days_left: int

    @property
    def days_over(self) -> int:
        return -self.days_left


def dated(row: Holding, day: date) -> DatedHolding:
    """The certificate as of `day`."""
    return DatedHolding(row, holding_state(row, day), (row.valid_to - day).days if row.valid_to else 0)
