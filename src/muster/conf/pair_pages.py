"""What the two machines ask each other. Without the pair's key there is nothing at these addresses."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

import muster
from muster.conf import copying, pair
from muster.conf.real_time import utc_now
from muster.core.errors import InvalidInput

Page = Callable[[HttpRequest, pair.Pair], HttpResponse]


def _between_machines(page: Page) -> Callable[[HttpRequest], HttpResponse]:
    @csrf_exempt
    @never_cache
    @wraps(page)
    def guarded(request: HttpRequest) -> HttpResponse:
        known = pair.read(Path(settings.HOME))
        if known is None or not pair.key_fits(known, request.headers.get(pair.HEADER, "")):
            raise Http404
        return page(request, known)

    guarded.rights = ()  # the pair's key is what opens it
    return guarded


def _body(request: HttpRequest) -> dict[str, object]:
    try:
        found = json.loads(request.body)
    except ValueError as error:
        raise InvalidInput("web.bad_request") from error
    if not isinstance(found, dict):
        raise InvalidInput("web.bad_request")
    return found


@_between_machines
def state(_request: HttpRequest, known: pair.Pair) -> HttpResponse:
    """{"role": "first", "epoch"}"""
    return JsonResponse({"role": "first", "epoch": known.epoch})


@_between_machines
def pull(request: HttpRequest, known: pair.Pair) -> HttpResponse:
    """The next copy for the second machine; 501 where PostgreSQL keeps the rows, which brings its own replication."""
    if connection.vendor != "sqlite":
        return HttpResponse("PostgreSQL", status=501, content_type="text/plain")
    asked, now, home = _body(request), utc_now(), Path(settings.HOME)
    about = {"at": now.isoformat(), "epoch": known.epoch, "version": muster.__version__}
    try:
        offset = (now - datetime.fromisoformat(str(asked["clock"]))).total_seconds()
        got = copying.answer(home, asked, about)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput("web.bad_request") from error
    pair.write_private(home / pair.SEEN, {"at": now.isoformat(), "offset_seconds": round(offset, 3)})
    return HttpResponse(got, content_type="application/octet-stream")


@_between_machines
def fence(request: HttpRequest, known: pair.Pair) -> HttpResponse:
    """The second machine takes over: everything here stops within a second."""
    epoch = _body(request).get("epoch")
    if request.method != "POST" or not isinstance(epoch, int) or epoch <= known.epoch:
        raise InvalidInput("web.bad_request")
    pair.fence(Path(settings.HOME), epoch)
    return JsonResponse({"fenced": True})
