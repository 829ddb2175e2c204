"""The wall screen: the board without anything to press, for a machine that stays on for weeks.

`/wall/` follows what is open and shows the quiet state when nothing is; `/wall/<id>/` stays with one incident. The role
`wall_screen` is for the machine behind it: it may open nothing else, so its session may last as long as the screen hangs.
"""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muster import __version__
from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.desk import wall_board
from muster.apps.desk.pages import map_picture
from muster.apps.desk.quiet import Quiet, quiet
from muster.apps.desk.wall_corner import corner
from muster.apps.incidents.models import Incident
from muster.core.errors import NotAllowed
from muster.jobs import clock

WALL_ROLE = "wall_screen"
SIGNED_IN, RENEWED_BELOW = timedelta(days=30), timedelta(days=29)  # written once a day, not with each question
MOST_PLANS, MOST_SKILLS = 8, 11


def check_viewer(request: HttpRequest) -> None:
    """Only who sees the whole district may look (NotAllowed "wall.whole_district"). Keeps the wall's own machine signed in."""
    if request.actor.unit_path:
        raise NotAllowed("wall.whole_district")
    if request.actor.role != WALL_ROLE:
        return
    counted_in_seconds = isinstance(request.session.get("_session_expiry"), int)  # says nothing of when it ends
    if counted_in_seconds or request.session.get_expiry_age() < RENEWED_BELOW.total_seconds():
        request.session.set_expiry(SIGNED_IN)


@needs(Right.SEE_WALL)
@require_safe
@never_cache
def wall_page(request: HttpRequest) -> HttpResponse:
    """/wall/: the incident that matters most, or the quiet state; wall.js changes over when that changes."""
    check_viewer(request)
    incident = wall_board.shown_incident()
    if incident is not None:
        return _board(request, incident, follows=True)
    now = clock.now()
    page = {"quiet": _shortened(quiet(wall_board.viewer(), now)), "now": now, "speed": clock.speed()}
    return render(request, "desk/wall/quiet.html", page | _frame(request, None, follows=True))


@needs(Right.SEE_WALL)
@require_safe
@never_cache
def wall_incident(request: HttpRequest, incident_id: int) -> HttpResponse:
    """/wall/<id>/: this incident, whatever else is open."""
    check_viewer(request)
    return _board(request, wall_board.callout_of(incident_id).incident, follows=False)


def _board(request: HttpRequest, incident: Incident, *, follows: bool) -> HttpResponse:
    values = wall_board.context(wall_board.board_of(incident.pk))
    return render(request, "desk/wall/board.html", values | _frame(request, incident, follows=follows))


def _frame(request: HttpRequest, incident: Incident | None, *, follows: bool) -> dict[str, object]:
    """What the page around the regions needs. `shows` is what now.json must say for the page to stay as it is."""
    exercise = clock.is_exercise_home() or (incident is not None and incident.is_exercise)
    shows = _shows(incident) if follows else ""
    return {"exercise": exercise, "shows": shows, "version": __version__, "corner": corner(request, incident)}


def _shows(incident: Incident | None) -> str:
    return str(incident.pk) if incident else "quiet"


@needs(Right.SEE_WALL)
@require_safe
@never_cache
def wall_now(request: HttpRequest) -> JsonResponse:
    """/wall/now.json: what /wall/ would show, by which version of the program, and the system's clock."""
    check_viewer(request)
    told = {"shows": _shows(wall_board.shown_incident()), "version": __version__}
    return JsonResponse({**told, "now": clock.now().isoformat(), "speed": clock.speed()})


@needs(Right.SEE_WALL)
@require_safe
def wall_map(request: HttpRequest, incident_id: int) -> JsonResponse:
    """/wall/<id>/map.json: as on the duty page, but villages in place of homes. No names, no numbers."""
    check_viewer(request)
    callout = wall_board.callout_of(incident_id)
    picture = map_picture(callout, wall_board.board_of(incident_id), wall_board.viewer(), homes=False)
    return JsonResponse(picture)


def _shortened(found: Quiet) -> dict[str, object]:
    """The quiet state as far as it fits: plans that lack people first, then the rest in their order."""
    plans = sorted(found.plans, key=lambda row: not row.short)
    return {
        "ready": found.ready,
        "members": found.members,
        "away": found.away,
        "withdrawn": found.withdrawn,
        "busy": found.busy,
        "plans": plans[:MOST_PLANS],
        "more_plans": max(0, len(plans) - MOST_PLANS),
        "skills": found.skills[:MOST_SKILLS],
        "more_skills": max(0, len(found.skills) - MOST_SKILLS),
    }
