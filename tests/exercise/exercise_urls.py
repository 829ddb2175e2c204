"""Addresses as an exercise home has them: this process was started as a real home and lacks those of the exercise."""

from django.urls import include, path

from muster.conf.urls import handler400, handler403, handler404, handler500
from muster.conf.urls import urlpatterns as usual

urlpatterns = [*usual, path("", include("muster.exercise.urls"))]
__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
