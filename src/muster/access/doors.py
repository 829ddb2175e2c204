"""Login, logout, first password and password change: allauth does the work, the pages are our own."""

from __future__ import annotations

from allauth.account.views import AccountInactiveView, LoginView, LogoutView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from muster.access import actions
from muster.access.forms import NewPasswordForm, PasswordChangeForm
from muster.access.pages import public, signed_in
from muster.core.errors import InvalidInput


class Login(LoginView):
    template_name = "access/login.html"


class Logout(LogoutView):
    template_name = "access/logout.html"


class SwitchedOff(AccountInactiveView):
    template_name = "access/switched_off.html"


login = public(Login.as_view())
logout = public(Logout.as_view())
switched_off = public(SwitchedOff.as_view())


@public
@never_cache
@sensitive_post_parameters()
def first_password(request: HttpRequest, token: str) -> HttpResponse:
    """One-time link: looking changes nothing, the POST sets the password and uses the link up."""
    account = actions.link_of(token).account
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.use_link(token, form.cleaned_data["password"])
        except InvalidInput as error:
            form.refuse("password", error)
        else:
            return HttpResponseRedirect(reverse("account_login") + "?first=1")
    # The address is a secret: the house's policy "same-origin" tells it to nobody else. Under "no-referrer" browsers would
    # send `Origin: null` with the form, which is refused as a forgery.
    return render(request, "access/first.html", {"form": form, "login": account.user.get_username()})


@signed_in
@never_cache
@sensitive_post_parameters()
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; every session of the account ends and one signs in anew."""
    form = PasswordChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_password(
                request.actor, request.user, form.cleaned_data["old_password"], form.cleaned_data["password"]
            )
        except InvalidInput as error:
            form.refuse("old_password" if error.code == "access.password_wrong" else "password", error)
        else:
            return HttpResponseRedirect(reverse("account_login") + "?first=1")
    return render(request, "access/password.html", {"form": form})
