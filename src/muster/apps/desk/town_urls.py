"""Addresses of the telephone pages."""

from django.urls import path

from muster.apps.desk import town, unit_page

urlpatterns = [
    path("town/", town.town, name="town"),
    path("village/", town.village, name="village"),
    path("field/list/", town.people_list, name="field-list"),
    path("field/entries/", town.entries, name="field-entries"),
    path("field/unit/<int:alert_id>/", unit_page.unit, name="field-unit"),
    path("field/numbers/", town.numbers, name="field-numbers"),
    path("field/worker.js", town.worker, name="field-worker"),
]
