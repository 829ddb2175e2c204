"""Addresses for members' phones; short, for they stand in text messages and on walls."""

from django.urls import path

from muster.apps.incidents import reply_pages

urlpatterns = [
    path("r/<str:token>", reply_pages.reply, name="reply"),
    path("c/<str:code>", reply_pages.check_in, name="check-in-code"),
]
