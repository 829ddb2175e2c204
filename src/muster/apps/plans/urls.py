from django.urls import path

from muster.apps.plans import calibration, pages, place_pages

urlpatterns = [
    path("plans/", pages.plan_list, name="plan-list"),
    path("plans/new/", pages.plan_new, name="plan-new"),
    path("plans/calibration/", calibration.calibration_page, name="plan-calibration"),
    path("plans/points/", place_pages.places, name="plan-points"),
    path("plans/<int:plan_id>/", pages.plan_page, name="plan-page"),
    path("plans/<int:plan_id>/copy/", pages.plan_copy, name="plan-copy"),
    path("plans/<int:plan_id>/pre-authorise/", pages.plan_pre_authorise, name="plan-pre-authorise"),
    path("plans/<int:plan_id>/retire/", pages.plan_retire, name="plan-retire"),
]
