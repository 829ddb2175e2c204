"""The promise: P(all lines filled) with an exact confidence limit from turnouts nobody has looked at before."""

from __future__ import annotations

from dataclasses import dataclass

from muster.planning.field import Field
from muster.planning.looks import Tally
from muster.planning.tails import clopper_pearson

DOUBT = 0.01


@dataclass(frozen=True, slots=True)
class Certificate:
    """P(all lines filled) >= `p_low` holds with `confidence`, under the problem's turnout model.

    The j-th look at fresh turnouts within one solve uses up 0.01 / (j (j + 1)) of doubt, so that all looks
    together use less than 0.01 however many there are; `tries` is j.
    """

    p_low: float
    p_hat: float
    p_high: float
    turnouts: int
    confidence: float
    tries: int
    seed: int
    target: float
    rho: float
    rho_town: float


def certificate(field: Field, counted: Tally, *, tries: int, seed: int) -> Certificate:
    """The certificate of the `tries`-th look within one solve."""
    doubt = DOUBT / (tries * (tries + 1))
    low, high = clopper_pearson(counted.served, counted.turnouts, 1 - doubt)
    problem = field.problem
    share = counted.served / counted.turnouts
    return Certificate(
        low, share, high, counted.turnouts, 1 - doubt, tries, seed, problem.target, problem.rho, problem.rho_town
    )
