"""Questions about roads: times as of a moment, closures, who is cut off."""

from muster.apps.maps.reads.closures import closure_by_id, closures_at, listed_closures
from muster.apps.maps.reads.delays import Delays, delays_at
from muster.apps.maps.reads.effects import Effects, cut_off_points, effects_at
from muster.apps.maps.reads.roads import Roads, current_network, roads_at

__all__ = [
    "Delays",
    "Effects",
    "Roads",
    "closure_by_id",
    "closures_at",
    "current_network",
    "cut_off_points",
    "delays_at",
    "effects_at",
    "listed_closures",
    "roads_at",
]
