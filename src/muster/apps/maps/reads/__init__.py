"""Questions about maps: roads as of a moment, closures, who is cut off; base maps, services and layers."""

from muster.apps.maps.reads.bases import base_of, current_bases
from muster.apps.maps.reads.closures import closure_by_id, closures_at, listed_closures
from muster.apps.maps.reads.delays import Delays, delays_at
from muster.apps.maps.reads.effects import Effects, cut_off_points, effects_at
from muster.apps.maps.reads.layers import overlay_file, overlay_geojson, overlays, services_on
from muster.apps.maps.reads.roads import Roads, current_network, roads_at

__all__ = [
    "Delays",
    "Effects",
    "Roads",
    "base_of",
    "closure_by_id",
    "closures_at",
    "current_bases",
    "current_network",
    "cut_off_points",
    "delays_at",
    "effects_at",
    "listed_closures",
    "overlay_file",
    "overlay_geojson",
    "overlays",
    "roads_at",
    "services_on",
]
