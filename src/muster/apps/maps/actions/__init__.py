"""Every write on roads: a network taken over or out of use, a closure drawn or ended."""

from muster.apps.maps.actions.closures import ClosureInput, draw_closure, end_closure
from muster.apps.maps.actions.networks import ImportedRoads, forget_roads, import_roads, keep_network

__all__ = [
    "ClosureInput", "ImportedRoads", "draw_closure", "end_closure", "forget_roads", "import_roads", "keep_network",
]  # fmt: skip
