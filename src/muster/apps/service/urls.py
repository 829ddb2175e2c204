"""Addresses of the people list, the cards and a member's own page."""

from django.urls import path

from muster.apps.service.pages import me, people

urlpatterns = [
    path("people/", people.people_page, name="people-list"),
    path("people/<str:number>/", people.card_page, name="people-card"),
    path("me/", me.my_page, name="my-page"),
]
