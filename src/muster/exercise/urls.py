"""Addresses that exist in exercise homes only; settings install this part there and nowhere else."""

from django.urls import path

from muster.exercise import break_pages, join_pages, pages, speaking

urlpatterns = [
    path("exercise/idle", pages.idle, name="exercise-idle"),
    path("exercise/speak", speaking.speak, name="exercise-speak"),
    path("exercise/<int:incident_id>/break/", break_pages.break_panel, name="exercise-break"),
    path("exercise/join/<int:incident_id>.svg", join_pages.code_picture, name="exercise-join-code"),
    path("exercise/join/<str:code>", join_pages.join, name="exercise-join"),
    path("exercise/join/<str:code>/state", join_pages.join_state, name="exercise-join-state"),
]
