"""Opens the content security policy for base-map services: of pages with a map, for who may see it, for services that
are on, and for their hosts alone. Everything else keeps the policy of the settings."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from muster.access.rights import Right
from muster.apps.maps.reads import services_on
from muster.codecs.tile_service import origin_of

MAP = b"data-map="
SEES_MAP = (Right.SEE_INCIDENTS, Right.SEE_PEOPLE)


class MapHostsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        if self._has_map(request, answer) and (hosts := sorted({origin_of(row.template) for row in services_on()})):
            answer._csp_update = {"img-src": hosts, "connect-src": hosts}
        return answer

    def _has_map(self, request: HttpRequest, answer: HttpResponseBase) -> bool:
        actor = getattr(request, "actor", None)
        if answer.streaming or actor is None or not any(actor.may(right) for right in SEES_MAP):
            return False
        return answer.get("Content-Type", "").startswith("text/html") and MAP in answer.content
