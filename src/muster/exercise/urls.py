"""Addresses that exist in exercise homes only; settings install this part there and nowhere else."""

from django.urls import path

from muster.exercise import break_pages, pages

urlpatterns = [
    path("exercise/idle", pages.idle, name="exercise-idle"),
    path("exercise/<int:incident_id>/break/", break_pages.break_panel, name="exercise-break"),
]
