"""Addresses of closures and isochrones, of layers, and of base maps."""

from django.urls import path

from muster.apps.maps.pages import grounds, layers, roads

urlpatterns = [
    path("maps/closures/", roads.closures, name="closures"),
    path("maps/closures/<int:closure_id>/end/", roads.closure_end, name="closure-end"),
    path("maps/closures.json", roads.closures_json, name="closures-json"),
    path("maps/reach/", roads.reach, name="reach"),
    path("maps/reach.json", roads.reach_json, name="reach-json"),
    path("maps/layers/", layers.layers, name="map-layers-list"),
    path("maps/layers/<int:layer_id>.json", layers.layer_json, name="map-layer-json"),
    path("maps/layers/<int:layer_id>/file/", layers.layer_file, name="map-layer-file"),
    path("maps/layers/<int:layer_id>/show/", layers.layer_show, name="map-layer-show"),
    path("maps/layers/<int:layer_id>/remove/", layers.layer_remove, name="map-layer-remove"),
    path("maps/grounds/", grounds.grounds, name="map-grounds"),
    path("maps/grounds/services/<int:service_id>/switch/", grounds.service_switch, name="map-service-switch"),
    path("maps/grounds/services/<int:service_id>/remove/", grounds.service_remove, name="map-service-remove"),
    path("maps/grounds/bases/<int:base_id>/remove/", grounds.base_remove, name="map-base-remove"),
    path("maps/base/<slug:base_hash>.pmtiles", grounds.base_file, name="map-base"),
    path("maps/choices.json", grounds.choices, name="map-choices"),
]
