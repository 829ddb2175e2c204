"""Solve a public benchmark instance and answer in plain values (the contract of `muster plan solve`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from muster.planning.outcome import Repair, Shortfall
from muster.planning.problem import from_npz
from muster.planning.solve import solve

SECONDS_PER_EFFORT = 0.5
"""What one unit of effort takes on a usual machine. Fixed: a budget means work, not time, so answers repeat."""


def solve_instance(
    instance: Mapping[str, NDArray[np.generic]], seed: int, budget_seconds: float | None = None
) -> dict[str, object]:
    """{"alert", "p_low", "p_hat"} or {"shortfall": {"lines", "missing", "best_p_low", "repairs"}}, ready for JSON.

    Raises InvalidProblem when the instance breaks a rule.
    """
    effort = 1.0 if budget_seconds is None else max(0.25, budget_seconds / SECONDS_PER_EFFORT)
    answer = solve(from_npz(instance), seed=seed, effort=effort)
    if isinstance(answer, Shortfall):
        return {
            "shortfall": {
                "lines": list(answer.lines),
                "missing": answer.missing,
                "best_p_low": answer.best_p_low,
                "repairs": [repair_values(repair) for repair in answer.repairs],
            }
        }
    proof = answer.certificate
    return {"alert": answer.alert.tolist(), "p_low": proof.p_low, "p_hat": proof.p_hat}


def repair_values(repair: Repair) -> dict[str, object]:
    """A repair without the fields that its kind does not use."""
    return {name: value for name, value in asdict(repair).items() if value is not None and value != ()}
