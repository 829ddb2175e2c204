"""Addresses of the live event streams."""

from django.urls import path

from muster.live import pages

urlpatterns = [
    path("duty/<int:incident_id>/events", pages.duty_events, name="duty-events"),
    path("wall/<int:incident_id>/events", pages.wall_events, name="wall-events"),
]
