"""What a day is like, for everybody: the shared shock, the roads, the channels. One per callout."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from muster.exercise.truth.chance import stream

RHO_RANGE = (0.02, 0.10)  # share of the shared shock in the spread of latent willingness
TOWN_SHARE = 0.35  # of it falls on towns one by one
LOGISTIC_SD = math.pi / math.sqrt(3.0)
BAD_DAY_TILT = 0.35
NO_SHOW_RANGE = (0.03, 0.08)
FAILURE = {"sms": (0.01, 0.045), "app": (0.03, 0.11), "voice": (0.02, 0.08)}
BAD_CHANNEL_CHANCE, BAD_CHANNEL_FACTOR = 0.06, 2.5
JAM_CHANCE = 0.06


@dataclass(frozen=True, slots=True)
class Day:
    """`shock` and `towns` shift everybody's log-odds; `failure` is the chance per channel that a message is lost;
    `road` multiplies every journey; nobody gets out of the towns that are `cut_off`."""

    rho: float
    shock: float
    towns: dict[str, float]
    failure: dict[str, float]
    no_show: float
    road: float
    cut_off: frozenset[str] = frozenset()


def _tilted(rng: np.random.Generator) -> float:
    """Mean 0, variance 1, leaning to the bad side: a shifted gamma turned round, mixed with a normal."""
    shape = 4.0 / BAD_DAY_TILT**2
    return float((shape - rng.gamma(shape)) / math.sqrt(shape))


def day_of(seed: object, towns: tuple[str, ...]) -> Day:
    """The day of a run. The latent share of the shock, rho, is drawn evenly from RHO_RANGE."""
    rng = stream("day", seed)
    rho = float(rng.uniform(*RHO_RANGE))
    total = LOGISTIC_SD * math.sqrt(rho / (1.0 - rho))
    failure = {}
    for channel, (low, high) in FAILURE.items():
        bad = BAD_CHANNEL_FACTOR if rng.random() < BAD_CHANNEL_CHANCE else 1.0
        failure[channel] = float(rng.uniform(low, high)) * bad
    road = math.exp(0.07 * float(rng.standard_normal()))
    if rng.random() < JAM_CHANCE:
        road *= 1.25
    return Day(
        rho=rho,
        shock=total * math.sqrt(1.0 - TOWN_SHARE) * _tilted(rng),
        towns={town: total * math.sqrt(TOWN_SHARE) * float(rng.standard_normal()) for town in towns},
        failure=failure,
        no_show=float(rng.uniform(*NO_SHOW_RANGE)),
        road=road,
    )
