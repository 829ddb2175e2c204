"""The head lends a role; the security administrator lets partner agencies into incidents; the agency sees them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from muster.access import directory, reads
from muster.access.forms import LendForm, ShareForm
from muster.access.lending import actions as lendings
from muster.access.lending import reads as lent
from muster.access.own_pages import number
from muster.access.pages import needs
from muster.access.partners import actions as partners
from muster.access.partners import reads as shares
from muster.access.rights import Right
from muster.core.errors import MusterError


@needs(Right.ELEVATE)
def lend(request: HttpRequest) -> HttpResponse:
    """What is lent now and was lent lately, and a form for more."""
    form = LendForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _lent(request, form):
        return HttpResponseRedirect(reverse("lend"))
    context = {"form": form, "rows": lent.latest()}
    return render(request, "access/lend.html", context, status=400 if form.errors else 200)


def _lent(request: HttpRequest, form: LendForm) -> bool:
    pk, _colon, role = form.cleaned_data["who"].partition(":")
    try:
        lendings.lend(
            request.actor, reads.account(number(pk)), role,
            hours=form.cleaned_data["hours"], reason=form.cleaned_data["reason"],
        )  # fmt: skip
    except MusterError as error:
        form.refuse(None, error)
        return False
    return True


@needs(Right.GRANT_ROLES)
def sharing(request: HttpRequest) -> HttpResponse:
    """Which partner agency sees which incident until when."""
    form = ShareForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _shared(request, form):
        return HttpResponseRedirect(reverse("sharing"))
    titles = {each.number: each.title for each in directory.incidents()}
    rows = [(row, titles.get(row.incident_ref, "")) for row in shares.running()]
    context = {"nav": "sharing", "form": form, "rows": rows}
    return render(request, "access/sharing.html", context, status=400 if form.errors else 200)


def _shared(request: HttpRequest, form: ShareForm) -> bool:
    given = form.cleaned_data
    try:
        partners.share(
            request.actor, reads.account(number(given["account"])), number(given["incident"]),
            hours=given["hours"], reason=given["reason"],
        )  # fmt: skip
    except MusterError as error:
        form.refuse(None, error)
        return False
    return True


@needs(Right.GRANT_ROLES)
@require_POST
def sharing_end(request: HttpRequest) -> HttpResponse:
    partners.end(request.actor, number(request.POST.get("pk", "")))
    return HttpResponseRedirect(reverse("sharing"))


@needs(Right.SEE_SHARED)
def shared(request: HttpRequest) -> HttpResponse:
    """What a partner agency sees of the incidents it is let into: where, since when, how many; nobody's name."""
    return render(request, "access/shared.html", {"nav": "shared", "incidents": shares.shared_with(request.actor)})
