"""Addresses that exist in exercise homes only; settings install this part there and nowhere else."""

from django.urls import path

from muster.exercise import pages

urlpatterns = [path("exercise/idle", pages.idle, name="exercise-idle")]
