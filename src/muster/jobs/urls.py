from django.urls import path

from muster.jobs import pages

urlpatterns = [path("healthz/", pages.healthz, name="healthz")]
