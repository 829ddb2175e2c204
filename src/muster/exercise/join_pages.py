"""`Join the exercise`: from the code on the wall to a virtual member on one's own phone. In exercise homes only.

A phone gives its consent by a button (a GET takes nothing: scanners open addresses too); from then on it has a signed
cookie, and is given a member as soon as there is one. The answer goes through the very page that members have.
"""

from __future__ import annotations

import io
import ipaddress
import secrets
import time
from urllib.parse import urlsplit

import segno
import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from muster.access.pages import needs, public
from muster.access.rights import Right
from muster.apps.desk.wall_corner import Corner
from muster.apps.incidents.actions import check_in_by_token
from muster.apps.incidents.models import Alert, Incident
from muster.apps.incidents.reply_pages import Dress, alert_page, phone_page, private, same_origin
from muster.apps.incidents.states import COMING
from muster.core.errors import Conflict, NotFound
from muster.exercise import joining
from muster.exercise.join_code import ANY, make_code, read_code
from muster.jobs.clock import is_exercise_home

COOKIE, SALT = "muster_phone", "join the exercise"
COOKIE_SECONDS = 24 * 3600
COOKIE_PATH = "/exercise/join"
log = structlog.get_logger(__name__)


def join_corner(request: HttpRequest, incident: Incident | None) -> Corner | None:
    """What the wall shows in its corner: nothing in a real home, nothing for an actual incident."""
    if not is_exercise_home() or (incident is not None and not incident.is_exercise):
        return None
    here_only = _is_loopback(urlsplit(_base(request)).hostname)
    remark = _("works on this machine only") if here_only else ""
    return Corner(f"{COOKIE_PATH}/{incident.pk if incident else ANY}.svg", _("Join the exercise"), remark)


@needs(Right.SEE_WALL)
@require_safe
@never_cache
def code_picture(request: HttpRequest, incident_id: int) -> HttpResponse:
    """The QR code of this hour for an exercise (0: whichever is open), as SVG."""
    _only_here()
    if incident_id != ANY and joining.exercise_of(incident_id) is None:
        raise NotFound("incidents.unknown", incident=incident_id)
    address = f"{_base(request)}{COOKIE_PATH}/{make_code(incident_id, time.time())}"
    picture = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        picture, kind="svg", border=2, scale=4, light="#fff", xmldecl=False
    )
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


def _base(request: HttpRequest) -> str:
    """Where a phone reaches us: as the office says, unless that is this very machine or a relay that has no such page; else
    by the name under which the wall was opened."""
    named = "" if settings.MUSTER_RELAY_URL else settings.MUSTER_PUBLIC_URL.rstrip("/")
    if named and not _is_loopback(urlsplit(named).hostname):
        return named
    return f"{request.scheme}://{request.get_host()}"


def _is_loopback(host: str | None) -> bool:
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def _only_here() -> None:
    if not is_exercise_home():
        raise NotFound("exercise.not_an_exercise_home")


@public
@csrf_exempt  # nobody is signed in here; the code in the address is the permission
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, code: str) -> HttpResponse:
    """The page behind the code: an invitation, then the wait for the alarm, then the member's own page."""
    _only_here()
    phone = _phone(request)
    try:
        wanted = read_code(code, time.time())
    except NotFound:
        return _say(request, "unknown", status=404)
    incident = joining.exercise_of(wanted.incident_id)
    if incident is None and wanted.incident_id != ANY:
        return _say(request, "unknown", status=404)
    if wanted.expired and joining.held_alert(incident, phone) is None:
        return _say(request, "expired", status=410)
    if request.method == "POST" and not same_origin(request):
        return _say(request, "unknown", status=403)
    if not phone:
        return _consent(request) if request.method == "POST" else _say(request, "invite", incident)
    return _joined(request, incident, phone)


def _consent(request: HttpRequest) -> HttpResponse:
    """From now on this phone is one of the crowd."""
    answer = private(HttpResponseRedirect(request.path, status=303))
    answer.set_signed_cookie(
        COOKIE, secrets.token_urlsafe(12), salt=SALT, max_age=COOKIE_SECONDS, path=COOKIE_PATH, httponly=True,
        samesite="Lax", secure=request.is_secure(),
    )  # fmt: skip
    return answer


def _phone(request: HttpRequest) -> str:
    return str(request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=COOKIE_SECONDS))


def _joined(request: HttpRequest, incident: Incident | None, phone: str) -> HttpResponse:
    if incident is None or joining.waits(incident):
        return _say(request, "waiting", incident)
    alert = joining.alert_for(incident, phone)
    if alert is None:
        return _say(request, "over" if joining.is_over(incident) else "nobody", incident)
    if request.method == "POST" and request.POST.get("do") == "here":
        return _here(request, alert)
    if request.method == "POST" and "do" in request.POST:  # pressed "join" once more
        return private(HttpResponseRedirect(request.path, status=303))
    may_arrive = alert.state in COMING
    who = {"given_name": joining.given_name(alert.member.name), "may_arrive": may_arrive, "stamp": _stamp(alert)}
    return alert_page(request, alert, Dress("exercise/member.html", {**who, "state_url": f"{request.path}/state"}))


def _here(request: HttpRequest, alert: Alert) -> HttpResponse:
    try:
        check_in_by_token(alert)
    except Conflict as conflict:  # over meanwhile: the page says so
        log.info("join.check_in_refused", code=conflict.code)
    return private(HttpResponseRedirect(request.path, status=303))


def _say(request: HttpRequest, face: str, incident: Incident | None = None, *, status: int = 200) -> HttpResponse:
    """Every page but the member's own. `face`: invite | waiting | nobody | over | expired | unknown."""
    shown = {"face": face, "title": incident.title if incident else "", "stamp": face}
    again = {"refreshes": face in ("waiting", "nobody"), "state_url": f"{request.path}/state"}
    return phone_page(request, "exercise/join.html", {**shown, **again}, status)


@public
@require_safe
@never_cache
def join_state(request: HttpRequest, code: str) -> JsonResponse:
    """{"stamp"}: changes when the page of this phone would. Gives no member away and takes none."""
    _only_here()
    phone = _phone(request)
    incident = joining.exercise_of(read_code(code, time.time()).incident_id)
    alert = joining.held_alert(incident, phone)
    if alert is not None:
        return JsonResponse({"stamp": _stamp(alert)})
    if incident is None or joining.waits(incident):
        return JsonResponse({"stamp": "waiting"})
    free = phone and not joining.is_over(incident) and joining.somebody_is_left(incident)
    return JsonResponse({"stamp": "call" if free else "over" if joining.is_over(incident) else "nobody"})


def _stamp(alert: Alert) -> str:
    return f"{alert.pk}:{alert.state}:{alert.callout.state}"
