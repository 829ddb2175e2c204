"""Names for the array types that the planner passes around."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Shorts: TypeAlias = NDArray[np.int16]
Masks: TypeAlias = NDArray[np.uint64]
Indices: TypeAlias = NDArray[np.intp]
