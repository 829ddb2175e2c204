"""Addresses of the shell: the first page and the language switch."""

from django.urls import path
from django.views.i18n import set_language

from muster.web import pages

urlpatterns = [
    path("", pages.first_page, name="first-page"),
    path("language/", set_language, name="language"),
]
