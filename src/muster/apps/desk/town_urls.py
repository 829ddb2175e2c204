"""Addresses of the telephone pages."""

from django.urls import path

from muster.apps.desk import town

urlpatterns = [
    path("town/", town.town, name="town"),
    path("village/", town.village, name="village"),
    path("field/list/", town.people_list, name="field-list"),
    path("field/entries/", town.entries, name="field-entries"),
    path("field/numbers/", town.numbers, name="field-numbers"),
    path("field/worker.js", town.worker, name="field-worker"),
]
