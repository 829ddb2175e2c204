"""Only the doors this house uses; allauth's other addresses do not exist."""

from django.urls import path

from muster.access import account_pages, doors, journal_pages, lend_pages, own_pages
from muster.access.second_factor import pages as factor

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
    path("accounts/<int:pk>/factor/", factor.taken_off, name="account-factor-off"),
    path("accounts/sharing/", lend_pages.sharing, name="sharing"),
    path("accounts/sharing/end/", lend_pages.sharing_end, name="sharing-end"),
    path("shared/", lend_pages.shared, name="shared"),
    path("account/", own_pages.own_account, name="own-account"),
    path("account/sessions/end/", own_pages.session_end, name="session-end"),
    path("account/duty/", own_pages.duty_hand, name="duty-hand"),
    path("account/glass/", own_pages.glass_break, name="glass-break"),
    path("account/glass/seen/", own_pages.glass_seen, name="glass-seen"),
    path("account/lent/end/", own_pages.lending_end, name="lending-end"),
    path("account/lend/", lend_pages.lend, name="lend"),
    path("journal/", journal_pages.journal, name="journal"),
    path("journal/export/", journal_pages.journal_export, name="journal-export"),
    # the names by which allauth finds its pages
    path("login/factor/", factor.at_login, name="mfa_authenticate"),
    path("account/confirm/", factor.password_again, name="account_reauthenticate"),
    path("account/confirm/code/", factor.code_again, name="mfa_reauthenticate"),
    path("account/confirm/key/", factor.key_again, name="mfa_reauthenticate_webauthn"),
    path("account/factor/", factor.index, name="mfa_index"),
    path("account/factor/codes/", factor.codes_on, name="mfa_activate_totp"),
    path("account/factor/codes/off/", factor.codes_off, name="mfa_deactivate_totp"),
    path("account/factor/key/", factor.key_on, name="mfa_add_webauthn"),
    path("account/factor/key/<int:pk>/off/", factor.key_off, name="mfa_remove_webauthn"),
    path("account/factor/recovery/", factor.recovery, name="mfa_view_recovery_codes"),
    path("account/factor/recovery/new/", factor.recovery_new, name="mfa_generate_recovery_codes"),
]
