"""Addresses of links to the partner view."""

from django.urls import path

from muster.apps.desk.share import pages

urlpatterns = [
    path("incidents/<int:incident_id>/share/", pages.share_page, name="incident-share"),
    path("share/<str:token>/", pages.share_view, name="share-view"),
]
