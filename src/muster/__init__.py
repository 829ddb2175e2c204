"""Muster: readiness and emergency command for a district's reserve of trained civilians."""

import os

# The planner's matrices are small: further BLAS threads only spin on the other cores. To be said before numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

__version__ = "0.1.0"
