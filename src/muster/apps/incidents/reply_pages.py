"""Pages for members' phones: the answer to a call, and the check-in with the code on the wall.

Everybody can reach them, so: the secret address or the own number is all they open, a GET changes and records nothing,
no cookie is set, no script is needed, nothing is kept by the browser and no other page learns the address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from muster.access.fields import blind_index
from muster.apps.incidents.actions import check_in_by_token, record_reply
from muster.apps.incidents.actions.units import confirm_by_lead
from muster.apps.incidents.models import Alert, Callout
from muster.apps.incidents.own_page import DECLINE_REASONS, ETA_MINUTES, callout_gone, is_gone, own_page
from muster.apps.incidents.states import UNAPPROVED
from muster.apps.incidents.wall_code import WallCode, read_code
from muster.codecs import phone
from muster.core.errors import Conflict, InvalidInput, NotFound
from muster.core.ids import token_hash
from muster.jobs.clock import now
from muster.jobs.throttle import Throttle

TOKEN = re.compile(r"[A-Za-z0-9_\-]{16,64}")
ANSWERS = ("accept", "decline", "unclear", "en_route")
NOTHING_TYPED: Mapping[str, object] = MappingProxyType({})
wrong_addresses = Throttle(limit=60, window_seconds=300)
wrong_codes = Throttle(limit=60, window_seconds=300)
wrong_numbers = Throttle(limit=60, window_seconds=600)  # of one callout: a stranger's guesses block no other check-in
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Dress:
    """What the page of an alert wears: a template that extends the reply page, with what it needs beyond."""

    template: str = "incidents/reply.html"
    context: dict[str, object] = field(default_factory=dict)


PLAIN = Dress()


@csrf_exempt  # the token in the address is the permission; a foreign page does not know it
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, token: str) -> HttpResponse:
    """The member's own page. POST answers; everything else only shows."""
    alert = _alert_of(token)
    return _gone(request, wrong_addresses) if alert is None else alert_page(request, alert)


def alert_page(request: HttpRequest, alert: Alert, dress: Dress = PLAIN) -> HttpResponse:
    """The page of an alert, for whoever has been found to be its member. POST answers; everything else only shows."""
    if is_gone(alert, now()):
        return _gone(request, wrong_addresses)
    if request.method != "POST":
        return _own(request, alert, dress=dress)
    if not same_origin(request):
        return _gone(request, wrong_addresses, status=403)
    answer = request.POST.get("answer", "")
    if answer not in ANSWERS:
        return _own(request, alert, problem="no_answer", status=422, dress=dress)
    return _answered(request, alert, answer, dress)


def _answered(request: HttpRequest, alert: Alert, answer: str, dress: Dress) -> HttpResponse:
    if answer == "accept" and alert.unit_called_id and request.POST.get("people", "").strip():
        refused = _counted(request, alert, dress)
        if refused is not None:
            return refused
    eta = request.POST.get("eta", "")
    reason = request.POST.get("reason", "")
    kept = record_reply(
        alert,
        answer=answer,
        channel="page",
        by=f"member:{alert.member.number}",
        eta_minutes=int(eta) if answer == "accept" and eta in map(str, ETA_MINUTES) else None,
        reason=reason if answer == "decline" and reason in DECLINE_REASONS else "",
    )
    problem = "?elsewhere=1" if kept.note == "elsewhere" else ""
    return private(HttpResponseRedirect(request.path + problem, status=303))


def _counted(request: HttpRequest, alert: Alert, dress: Dress) -> HttpResponse | None:
    """A lead says how many of his unit come. The page again, as he filled it in, when that can not be; None when it is
    noted."""
    people, eta = request.POST.get("people", "").strip(), request.POST.get("eta", "")
    try:
        if not (people.isascii() and people.isdigit() and len(people) < 5 and int(people)):
            raise InvalidInput("incidents.unit_number")
        confirm_by_lead(alert, int(people), channel="page")
    except Conflict:
        return None  # over meanwhile: the answer itself is kept, and the page says so
    except InvalidInput as refusal:
        problem = "unit" if refusal.code == "incidents.unit_too_few" else "unit_too_many"
        typed = {"people": people[:9], "eta": int(eta) if eta in map(str, ETA_MINUTES) else 0}
        return _own(request, alert, problem=problem, status=422, typed=typed, dress=dress)
    return None


def _alert_of(token: str) -> Alert | None:
    if not TOKEN.fullmatch(token):
        return None
    return shown_alerts().filter(token_hash=token_hash(token)).first()


def shown_alerts() -> QuerySet[Alert]:
    """Alerts with all that their page shows."""
    return Alert.objects.select_related(
        "callout__incident", "member", "muster_point", "need__capability", "post__capability", "unit_called"
    )


def _own(
    request: HttpRequest,
    alert: Alert,
    *,
    problem: str = "",
    status: int = 200,
    typed: Mapping[str, object] = NOTHING_TYPED,
    dress: Dress = PLAIN,
) -> HttpResponse:
    page = own_page(alert, now())
    asked = bool(typed) or page.face == "ask" or (page.face == "accepted" and "change" in request.GET)
    problem = problem or ("elsewhere" if "elsewhere" in request.GET else "")
    form = asked or page.face == "declined"
    context = {"page": page, "form": form, "asked": asked, "problem": problem, "typed": typed}
    return phone_page(request, dress.template, {**context, **dress.context}, status)


def phone_page(request: HttpRequest, template: str, context: dict[str, object], status: int = 200) -> HttpResponse:
    """A page for a member's phone, in the style of the reply page."""
    # Without the request no context processor runs, so nothing of a signed-in browser can get onto the page.
    choices = {"eta_minutes": ETA_MINUTES, "reasons": DECLINE_REASONS.items()}
    number = settings.MUSTER_DESK_PHONE
    desk = {"desk_phone": number.replace(" ", "\u00a0"), "desk_dial": re.sub(r"[^\d+]", "", number)}
    shown = {"nonce": request.csp_nonce, "language": get_language(), **desk}
    return private(HttpResponse(render_to_string(template, {**choices, **shown, **context}), status=status))


def private(response: HttpResponse) -> HttpResponse:
    """Not kept, not indexed, not told to anybody."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _gone(request: HttpRequest, throttle: Throttle, status: int = 404) -> HttpResponse:
    """One page for forged, mistyped and dead addresses, so that none of them tells anything."""
    key = request.META.get("REMOTE_ADDR", "")
    if throttle.full(key):
        status = 429
    throttle.count(key)
    return phone_page(request, "incidents/reply_gone.html", {}, status)


def same_origin(request: HttpRequest) -> bool:
    """Whether a POST comes from this very page, as far as the browser says.

    Under `no-referrer` browsers send `Origin: null` with a form of the same site: Sec-Fetch-Site decides where present.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin", "null")
    own = {request.get_host(), urlsplit(settings.MUSTER_PUBLIC_URL).netloc}
    return origin == "null" or urlsplit(origin).netloc in own


@csrf_exempt  # nobody is signed in here; the own number is the permission
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: HttpRequest, code: str) -> HttpResponse:
    """Behind the QR code on the wall: the member says who he is by his own phone number and is checked in."""
    try:
        place = read_code(code)
    except NotFound:
        return _gone(request, wrong_codes)
    callout = Callout.objects.select_related("incident").filter(pk=place.callout_id).first()
    if callout is None or callout.state in UNAPPROVED or callout_gone(callout, now()):
        return _gone(request, wrong_codes)
    if request.method != "POST":
        return _ask_number(request, callout, place)
    if not same_origin(request):
        return _gone(request, wrong_codes, status=403)
    key = f"{callout.pk}:{request.META.get('REMOTE_ADDR', '')}"
    if wrong_numbers.full(key):
        return _ask_number(request, callout, place, problem="too_many", status=429)
    alerts = _alerts_with(callout, request.POST.get("phone", ""))
    if len(alerts) != 1:
        wrong_numbers.count(key)
        return _ask_number(request, callout, place, problem="several" if alerts else "unknown", status=422)
    return _checked_in(request, callout, alerts[0], place)


def _checked_in(request: HttpRequest, callout: Callout, alert: Alert, place: WallCode) -> HttpResponse:
    try:
        check_in_by_token(alert, place.where)
    except Conflict as conflict:  # over meanwhile: the own page says so
        log.info("check_in.refused", code=conflict.code, callout=callout.pk)
    return _own(request, shown_alerts().get(pk=alert.pk))


def _alerts_with(callout: Callout, text: str) -> list[Alert]:
    try:
        number = phone.parse(text).e164
    except InvalidInput:
        return []
    rows = callout.alerts.select_related("member").filter(member__phone_index=blind_index("phone", number))
    return list(rows)


def _ask_number(
    request: HttpRequest, callout: Callout, place: WallCode, *, problem: str = "", status: int = 200
) -> HttpResponse:
    point = callout.muster_points.filter(letter=place.letter).first()
    context = {"incident": callout.incident, "point": point, "scene": place.where == "scene", "problem": problem}
    return phone_page(request, "incidents/reply_check_in.html", context, status)
