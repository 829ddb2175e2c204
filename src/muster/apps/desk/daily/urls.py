"""Addresses of the daily sheet."""

from django.urls import path

from muster.apps.desk.daily import pages

urlpatterns = [
    path("daily/", pages.today, name="daily"),
    path("daily/duty/", pages.duty, name="daily-duty"),
    path("daily/readers/", pages.readers, name="daily-readers"),
    path("daily/ask/", pages.ask, name="daily-ask"),
    path("daily/make/", pages.make, name="daily-make"),
    path("daily/<str:day>/", pages.of_day, name="daily-of-day"),
]
