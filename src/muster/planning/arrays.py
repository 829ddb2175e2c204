"""Names for the array types that the planner passes around."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Shorts: TypeAlias = NDArray[np.int16]
Masks: TypeAlias = NDArray[np.uint64]
Indices: TypeAlias = NDArray[np.intp]

QUIET_PRODUCT = 200_000
"""Multiplications up to which BLAS keeps to one thread; the helper threads of a larger one spin and starve others."""


def product(left: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """Matrix product left (m, k) @ right (k, n) in row blocks small enough to stay on one processor."""
    rows, inner = left.shape
    answer = np.empty((rows, right.shape[1]), left.dtype)
    step = max(1, QUIET_PRODUCT // max(1, inner * right.shape[1]))
    for start in range(0, rows, step):
        answer[start : start + step] = left[start : start + step] @ right
    return answer
