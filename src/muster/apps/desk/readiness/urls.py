from django.urls import path

from muster.apps.desk.readiness import pages, what_if

urlpatterns = [
    path("readiness/", pages.readiness_board, name="readiness"),
    path("readiness/ask/", pages.readiness_ask, name="readiness-ask"),
    path("readiness/what-if/", what_if.what_if, name="what-if"),
    path("readiness/<slug:template>/", pages.readiness_plan, name="readiness-plan"),
]
