"""Addresses of the duty page and the map."""

from django.urls import path

from muster.apps.desk import about, pages

urlpatterns = [
    path("about/", about.about_page, name="about"),
    path("privacy/", about.privacy_page, name="privacy"),
    path("duty/", pages.duty, name="duty"),
    path("duty/<int:incident_id>/", pages.duty_incident, name="duty-incident"),
    path("duty/<int:incident_id>/map.json", pages.duty_map, name="duty-map"),
    path("map/layers.json", pages.map_layers, name="map-layers"),
]
