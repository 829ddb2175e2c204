"""Address of the live event stream."""

from django.urls import path

from muster.live import pages

urlpatterns = [path("duty/<int:incident_id>/events", pages.duty_events, name="duty-events")]
