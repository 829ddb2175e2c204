"""What a person is like, on every day: drawn once per district and member."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from muster.core.units import PARTS_OF_DAY
from muster.exercise.truth.chance import stream

# Log-odds of coming by part of the day (night, morning, work, evening; weekdays, then weekends).
PART_LOGIT = (0.15, 0.75, 0.25, 1.05, 0.35, 0.95, 1.15, 1.05)
TAIL_DEGREES = 4  # Student's t: a few always come, a few never do
SPREAD = 0.75
PART_SPREAD = 0.45
UNIT_SPREAD = 0.25


@dataclass(frozen=True, slots=True)
class Nature:
    """`willing` is the log-odds of accepting per part of the day; `brisk` scales the time to get ready (1 usual).

    `careless` scales the chance to accept and stay away; `link` is the chance to answer on the page, not by digit."""

    willing: tuple[float, ...]
    brisk: float
    careless: float
    link: float
    stubborn: bool  # comes even when told that he is not needed


@functools.lru_cache(maxsize=20_000)
def nature_of(district: int, number: str, unit: str, team: bool) -> Nature:
    """The nature of member `number` of `unit`; members of specialist teams keep their kit packed."""
    rng = stream("nature", district, number)
    shared = UNIT_SPREAD * stream("unit", district, unit).standard_normal()
    own = SPREAD * rng.standard_t(TAIL_DEGREES)
    habits = PART_SPREAD * rng.standard_normal(len(PARTS_OF_DAY))
    return Nature(
        willing=tuple(float(base + own + shared + habit) for base, habit in zip(PART_LOGIT, habits, strict=True)),
        brisk=float(rng.uniform(0.55, 0.85) if team else rng.uniform(0.75, 1.3)),
        careless=float(rng.gamma(2.0, 0.5)),
        link=float(rng.beta(1.0, 4.0)),
        stubborn=bool(rng.random() < 0.10),
    )
