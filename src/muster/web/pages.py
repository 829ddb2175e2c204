"""Pages of the shell itself."""

from __future__ import annotations

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from muster.access.pages import public
from muster.core.errors import NotAllowed
from muster.web.context import links_for
from muster.web.first import better_page


@public
@require_safe
def first_page(request: HttpRequest) -> HttpResponse:
    """/ sends everybody to the first page of his role, or to a better one that an app offers."""
    if request.actor is None:
        if request.user.is_authenticated:
            raise NotAllowed("access.no_account")
        return redirect_to_login("/")
    links = links_for(request.actor)
    if not links:
        return redirect("/account/")  # a role without pages of its own yet
    return redirect(better_page(request.actor) or links[0].url)
