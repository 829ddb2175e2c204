"""The administrator's page: who may sign in, as what, over which part of the tree."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from muster.access import actions, directory, reads
from muster.access.forms import AccountForm, PlaceForm
from muster.access.pages import needs
from muster.access.rights import Right, check
from muster.core.errors import MusterError

FRESH_LINK = "access_fresh_link"


@needs(Right.MANAGE_ACCOUNTS, Right.GRANT_ROLES)
def accounts(request: HttpRequest) -> HttpResponse:
    """List and new account in one page; a fresh one-time link is shown once."""
    form = AccountForm(request.POST or None)
    if request.method == "POST":
        check(request.actor, Right.MANAGE_ACCOUNTS)
    if request.method == "POST" and form.is_valid() and _made(request, form):
        return HttpResponseRedirect(reverse("accounts"))
    units = dict(directory.units())
    context = {
        "nav": "accounts",
        "form": form,
        "rows": [
            (row, units.get(row.unit_path, row.unit_path), _place_form(row), reads.open_to(request.actor, row))
            for row in reads.account_rows()
        ],
        "may_make": request.actor.may(Right.MANAGE_ACCOUNTS),
        "roles_wait": request.actor.may(Right.MANAGE_ACCOUNTS) and actions.has_security_admin(),
        "fresh": request.session.pop(FRESH_LINK, None),
    }
    return render(request, "access/accounts.html", context, status=400 if form.errors else 200)


def _place_form(row: reads.AccountRow) -> PlaceForm:
    return PlaceForm(
        initial={"role": row.asked_role or row.role, "unit_path": row.unit_path}, auto_id=f"id_%s_{row.pk}"
    )


def _made(request: HttpRequest, form: AccountForm) -> bool:
    try:
        account, token = actions.make_account(request.actor, **form.cleaned_data)
    except MusterError as error:
        form.refuse(None, error)
        return False
    _keep_link(request, account.user.get_username(), token)
    return True


def _keep_link(request: HttpRequest, login: str, token: str) -> None:
    address = request.build_absolute_uri(reverse("first-password", args=[token]))
    request.session[FRESH_LINK] = {"login": login, "address": address}


@needs(Right.MANAGE_ACCOUNTS, Right.GRANT_ROLES)
@require_POST
def link(request: HttpRequest, pk: int) -> HttpResponse:
    account = reads.account(pk)
    _keep_link(request, account.user.get_username(), actions.new_link(request.actor, account))
    return HttpResponseRedirect(reverse("accounts"))


@needs(Right.MANAGE_ACCOUNTS, Right.GRANT_ROLES)
@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    account = reads.account(pk)
    actions.set_role(request.actor, account, request.POST.get("role", ""), request.POST.get("unit_path", ""))
    return HttpResponseRedirect(reverse("accounts"))


@needs(Right.MANAGE_ACCOUNTS, Right.GRANT_ROLES)
@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Off when on, on when off; `to` says which, so that a double click does no harm."""
    act = actions.switch_on if request.POST.get("to") == "on" else actions.switch_off
    act(request.actor, reads.account(pk))
    return HttpResponseRedirect(reverse("accounts"))
