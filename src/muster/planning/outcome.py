"""What the planner answers: a plan with its certificate, or the smallest reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from muster.planning.arrays import Ints
from muster.planning.certify import Certificate

RepairKind = Literal["more_minutes", "fewer_people", "lower_target", "train", "renew"]


@dataclass(frozen=True, slots=True)
class LineForecast:
    """One need line within the joint plan, from the certificate's own fresh turnouts.

    p         P(the line is full in every best joint assignment): 1 - P(it belongs to the smallest set of lines
              that compete for too few people). So the joint P <= p; a line is not blamed for another one's gap.
              Lines of equal capability and due time are one line here and share the figure.
    p_low     lower limit of p at the certificate's confidence
    expected  mean number of people present who can serve the line by its due time
    assigned  suggested number of people (old and new) for whom this line is the post
    """

    line: int
    p: float
    p_low: float
    expected: float
    assigned: int


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """alert (A,) indices of the people to alert now, ascending, none of them fixed; posts (A,) the line suggested
    to each of them; expected_present: people on site by the last due time, in the mean."""

    alert: Ints
    posts: Ints
    certificate: Certificate
    per_line: tuple[LineForecast, ...]
    expected_present: float
    lower_bound_alerts: int | None


@dataclass(frozen=True, slots=True)
class Repair:
    """One change that was solved again and certified: with it the promise `p_low` holds with `alerts` new alerts.

    more_minutes  `line` (None: every line) may be due `minutes` later
    fewer_people  `line` needs `people` fewer
    lower_target  the target becomes `target`
    train         `people` more people get `capability`; `members` are those for whom it was computed
    renew         the `people` certificates of `holdings`, pairs (member, capability), are renewed
    """

    kind: RepairKind
    p_low: float
    alerts: int
    line: int | None = None
    minutes: float | None = None
    people: int | None = None
    target: float | None = None
    capability: int | None = None
    members: tuple[int, ...] = ()
    holdings: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Shortfall:
    """lines: smallest conflict set, which fails even if the other lines need nobody; missing: certain extra heads
    that it would take there; best_p_low: certified P with everybody useful; best: what can be sent all the same
    (its certificate is its own); repairs: cheapest first."""

    lines: tuple[int, ...]
    missing: int
    best_p_low: float
    best: Plan
    repairs: tuple[Repair, ...]
