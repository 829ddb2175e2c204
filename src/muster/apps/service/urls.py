"""Addresses of the people list, the cards, a member's own page and the pay rates."""

from django.urls import path

from muster.apps.service.pages import availability, bulk, me, people, rates, rota, units

urlpatterns = [
    path("people/", people.people_page, name="people-list"),
    path("people/bulk/", bulk.bulk_page, name="people-bulk"),
    path("people/bulk/<int:act_id>/", bulk.bulk_act, name="people-bulk-act"),
    path("people/<str:number>/", people.card_page, name="people-card"),
    path("people/<str:number>/availability/", availability.availability_of, name="availability-of"),
    path("me/availability/", availability.own_availability, name="my-availability"),
    path("units/<str:unit_code>/", units.unit_page, name="unit-card"),
    path("rota/", rota.rota_page, name="rota"),
    path("pay-rates/", rates.rates_page, name="pay-rates"),
    path("me/data.xlsx", me.my_data, name="my-data-file"),
    path("me/", me.my_page, name="my-page"),
]
