"""Only the doors this house uses; allauth's other addresses do not exist."""

from django.urls import path

from muster.access import account_pages, doors, journal_pages

urlpatterns = [
    path("login/", doors.login, name="account_login"),
    path("login/off/", doors.switched_off, name="account_inactive"),
    path("logout/", doors.logout, name="account_logout"),
    path("password/", doors.password, name="account_change_password"),
    path("first/<str:token>/", doors.first_password, name="first-password"),
    path("accounts/", account_pages.accounts, name="accounts"),
    path("accounts/<int:pk>/link/", account_pages.link, name="account-link"),
    path("accounts/<int:pk>/role/", account_pages.place, name="account-role"),
    path("accounts/<int:pk>/switch/", account_pages.switch, name="account-switch"),
    path("journal/", journal_pages.journal, name="journal"),
]
