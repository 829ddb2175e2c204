"""Every write on maps: road networks, closures, base maps, base-map services, layers that people bring."""

from muster.apps.maps.actions.bases import forget_base, import_base
from muster.apps.maps.actions.closures import ClosureInput, draw_closure, end_closure
from muster.apps.maps.actions.networks import ImportedRoads, forget_roads, import_roads, keep_network
from muster.apps.maps.actions.overlays import AddedLayer, add_overlay, remove_overlay, show_overlay
from muster.apps.maps.actions.services import ServiceInput, add_service, check_service, remove_service, switch_service

__all__ = [
    "AddedLayer", "ClosureInput", "ImportedRoads", "ServiceInput", "add_overlay", "add_service", "check_service",
    "draw_closure", "end_closure", "forget_base", "forget_roads", "import_base", "import_roads", "keep_network",
    "remove_overlay", "remove_service", "show_overlay", "switch_service",
]  # fmt: skip
