"""The event streams of the duty page and of the wall."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from muster.access.pages import needs
from muster.access.rights import Right
from muster.access.tickets import Ticket, ticket_of
from muster.apps.desk import wall, wall_board
from muster.apps.incidents import reads
from muster.live.hub import View
from muster.live.source import hub


@needs(Right.SEE_INCIDENTS)
@require_GET
def duty_events(request: HttpRequest, incident_id: int) -> StreamingHttpResponse:
    """/duty/<id>/events: server-sent events `regions` and `clock`. Whoever comes back gets the newest state whole."""
    reads.callout_of(request.actor, incident_id)
    actor, language = request.actor, get_language() or "zh-hans"
    view = View(incident_id, language, actor.role, actor.unit_path, base_role=actor.base_role)
    return _stream(view, ticket_of(request))


@needs(Right.SEE_WALL)
@require_GET
def wall_events(request: HttpRequest, incident_id: int) -> StreamingHttpResponse:
    """/wall/<id>/events: the same for the wall's own regions, alike for everybody who may open it."""
    wall.check_viewer(request)
    wall_board.callout_of(incident_id)
    return _stream(View(incident_id, get_language() or "zh-hans", "", "", page="wall"), ticket_of(request))


def _stream(view: View, ticket: Ticket) -> StreamingHttpResponse:
    hub.has_room()
    if not connection.in_atomic_block:
        connection.close()  # the stream lives for minutes and must not hold a connection for that long
    answer = StreamingHttpResponse(hub.stream(view, ticket), content_type="text/event-stream")
    answer["Cache-Control"] = "no-store"
    answer["X-Accel-Buffering"] = "no"
    return answer
