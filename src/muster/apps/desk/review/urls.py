"""Addresses of what is learnt from a callout."""

from django.urls import path

from muster.apps.desk.review import pages

urlpatterns = [
    path("review/<int:incident_id>/lessons/", pages.lessons, name="review-lessons"),
    path("review/<int:incident_id>/what-if/", pages.what_if_page, name="review-what-if"),
    path("review/<int:incident_id>/thanks/", pages.thanks_page, name="review-thanks"),
]
