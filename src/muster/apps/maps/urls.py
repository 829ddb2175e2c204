"""Addresses of closures and isochrones."""

from django.urls import path

from muster.apps.maps import pages

urlpatterns = [
    path("maps/closures/", pages.closures, name="closures"),
    path("maps/closures/<int:closure_id>/end/", pages.closure_end, name="closure-end"),
    path("maps/closures.json", pages.closures_json, name="closures-json"),
    path("maps/reach/", pages.reach, name="reach"),
    path("maps/reach.json", pages.reach_json, name="reach-json"),
]
