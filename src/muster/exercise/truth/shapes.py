"""Days of another shape than the usual ones: what a promise is worth when the world is not as it was learned."""

from __future__ import annotations

import math
from dataclasses import replace
from enum import StrEnum

from muster.exercise.truth.chance import stream
from muster.exercise.truth.day import LOGISTIC_SD, TOWN_SHARE, Day, day_of

HEAVY_DEGREES = 3  # Student's t, scaled to the spread of the usual shock: more calm days and more extreme ones
DOWN_RANGE = (0.35, 0.65)  # share of the texts that a bad day loses


class Shape(StrEnum):
    USUAL = "usual"
    HEAVY_TAILS = "heavy_tails"
    TOWN_CUT_OFF = "town_cut_off"
    CHANNEL_DOWN = "channel_down"


def shaped_day(seed: object, towns: tuple[str, ...], shape: Shape) -> Day:
    """The usual day of `seed`, changed into `shape` and in nothing else."""
    day = day_of(seed, towns)
    rng = stream("shape", shape, seed)
    if shape is Shape.HEAVY_TAILS:
        total = LOGISTIC_SD * math.sqrt(day.rho / (1.0 - day.rho)) * math.sqrt((HEAVY_DEGREES - 2) / HEAVY_DEGREES)
        own = {town: total * math.sqrt(TOWN_SHARE) * float(rng.standard_t(HEAVY_DEGREES)) for town in towns}
        return replace(day, shock=total * math.sqrt(1.0 - TOWN_SHARE) * float(rng.standard_t(HEAVY_DEGREES)), towns=own)
    if shape is Shape.TOWN_CUT_OFF:
        return replace(day, cut_off=frozenset({towns[int(rng.integers(len(towns)))]}))
    if shape is Shape.CHANNEL_DOWN:
        return replace(day, failure={**day.failure, "sms": float(rng.uniform(*DOWN_RANGE))})
    return day
