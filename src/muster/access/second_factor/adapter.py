"""How allauth's second factor is at home here: secrets sealed, QR codes without another package, words of our own."""

from __future__ import annotations

import segno
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from muster.access.fields import open_text, seal_text
from muster.access.models import Account
from muster.access.second_factor.reads import is_required


class SealedAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code does not fit. Wait for the next one, and check that the phone's clock is right."),
        "cannot_delete_authenticator": _(
            "Your role needs a second factor. Set up another one before you take this away."
        ),
        "rate_limited": _("Too many wrong codes. Wait five minutes."),
        "unverified_email": _("This can not be set up now. Ask the system administrator."),
    }

    def encrypt(self, text: str) -> str:
        return seal_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        return open_text(encrypted_text)

    def get_totp_issuer(self) -> str:
        return str(settings.MUSTER_OFFICE_NAME or gettext("Muster"))

    def build_totp_svg(self, url: str) -> str:
        code = segno.make(url, error="m")
        drawn = str(code.svg_inline(scale=5, border=3, light="#fff"))
        return drawn.replace(
            "<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1
        )  # shown as a picture, not in the page

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """A role that must have a second factor keeps its last one."""
        account = Account.objects.filter(user=authenticator.user_id).first()
        if account is None or not is_required(account.role):
            return True
        real = Authenticator.objects.filter(user=authenticator.user_id).exclude(type=Authenticator.Type.RECOVERY_CODES)
        return real.exclude(pk=authenticator.pk).exists()

    def send_notification_mail(self, *_args: object, **_kwargs: object) -> None:
        """No mail in this house: the journal is told by signals."""

    def generate_authenticator_name(self, user: object, *_kind: object, **_named: object) -> str:
        count = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).count()
        return gettext("Key %(number)s") % {"number": count + 1}
