"""Guards for pages: `@needs(Right.X)` sends strangers to the login page and refuses the rest with a clear page."""

from __future__ import annotations

import functools
from collections.abc import Callable

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse

from muster.access.rights import Right, check
from muster.core.errors import NotAllowed

Page = Callable[..., HttpResponse]


def needs(*rights: Right) -> Callable[[Page], Page]:
    """The actor must have at least one of `rights`."""

    def wrap(page: Page) -> Page:
        @functools.wraps(page)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.actor is None:
                return _no_actor(request)
            if not any(request.actor.may(right) for right in rights):
                check(request.actor, rights[0])
            return page(request, *args, **kwargs)

        guarded.rights = rights
        return guarded

    return wrap


def signed_in(page: Page) -> Page:
    """Any account may open the page."""

    @functools.wraps(page)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return _no_actor(request) if request.actor is None else page(request, *args, **kwargs)

    guarded.rights = tuple(Right)
    return guarded


def public(page: Page) -> Page:
    """Strangers may open the page; said aloud so that no page is public by forgetting."""
    page.rights = ()
    return page


def _no_actor(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        raise NotAllowed("access.no_account")
    return redirect_to_login(request.get_full_path())
