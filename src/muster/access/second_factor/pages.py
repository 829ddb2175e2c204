"""allauth's pages of the second factor under our addresses, in our dress."""

from __future__ import annotations

from allauth.account.views import ReauthenticateView
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.views import AuthenticateView, IndexView
from allauth.mfa.base.views import ReauthenticateView as CodeAgainView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView, RemoveWebAuthnView
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse, reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from muster.access import reads
from muster.access.pages import needs, public, signed_in
from muster.access.rights import Right
from muster.access.second_factor import actions
from muster.access.second_factor.reads import is_required


class Index(IndexView):
    template_name = "access/factor.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return {**super().get_context_data(**kwargs), "needed": is_required(self.request.actor.role)}


class AtLogin(AuthenticateView):
    template_name = "access/login_factor.html"


class CodesOn(ActivateTOTPView):
    template_name = "access/factor_codes.html"

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        found = super().get_context_data(**kwargs)
        secret = found["form"].secret
        return {**found, "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))}


class CodesOff(DeactivateTOTPView):
    template_name = "access/factor_off.html"


class KeyOn(AddWebAuthnView):
    template_name = "access/factor_key.html"


class KeyOff(RemoveWebAuthnView):
    template_name = "access/factor_off.html"
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Form) -> HttpResponse:
        adapter = get_adapter()
        if not adapter.can_delete_authenticator(self.get_object()):
            form.add_error(None, adapter.validation_error("cannot_delete_authenticator"))
            return self.render_to_response(self.get_context_data(form=form))
        return super().form_valid(form)


class Recovery(ViewRecoveryCodesView):
    template_name = "access/recovery.html"


class RecoveryNew(GenerateRecoveryCodesView):
    template_name = "access/recovery_new.html"


class PasswordAgain(ReauthenticateView):
    template_name = "access/confirm.html"


class CodeAgain(CodeAgainView):
    template_name = "access/confirm.html"


class KeyAgain(ReauthenticateWebAuthnView):
    template_name = "access/confirm.html"


index = signed_in(never_cache(Index.as_view()))
at_login = public(AtLogin.as_view())
codes_on = signed_in(never_cache(CodesOn.as_view()))
codes_off = signed_in(CodesOff.as_view())
key_on = signed_in(never_cache(KeyOn.as_view()))
key_off = signed_in(KeyOff.as_view())
recovery = signed_in(never_cache(Recovery.as_view()))
recovery_new = signed_in(RecoveryNew.as_view())
password_again = signed_in(PasswordAgain.as_view())
code_again = signed_in(CodeAgain.as_view())
key_again = signed_in(KeyAgain.as_view())


@needs(Right.MANAGE_ACCOUNTS, Right.GRANT_ROLES)
@require_POST
def taken_off(request: HttpRequest, pk: int) -> HttpResponse:
    """An administrator takes the second factor off an account whose user lost it."""
    actions.take_off(request.actor, reads.account(pk))
    return HttpResponseRedirect(reverse("accounts"))
