"""Only the office's networks may open the pages, where MUSTER_ALLOWED_NETWORKS names them."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from muster.access.sessions.networks import client_address, inside
from muster.web.errors import answer
from muster.web.routes import route
from muster.web.texts import ERROR_TEXTS

log = structlog.get_logger(__name__)


class NetworkMiddleware:
    """Stands innermost: the refusal is a page like any other, in the reader's language and with its security headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        allowed = settings.MUSTER_ALLOWED_NETWORKS
        if not allowed or request.path.startswith(settings.MUSTER_NETWORK_EXEMPT):
            return self.get_response(request)
        if inside(client_address(request.META, settings.MUSTER_TRUSTED_PROXIES), allowed):
            return self.get_response(request)
        request.actor = None  # the page shows nothing of who might be signed in
        log.info("request.network", route=route(request))
        return answer(request, 403, "access.network", str(ERROR_TEXTS["access.network"]))
