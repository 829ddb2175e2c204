"""Every error becomes a calm page that says what happened and what to do next; nobody ever sees an exception page.

Pages get HTML, htmx gets a fragment, machines (/gateway/, *.json, Accept: application/json) get JSON. A MusterError
is a sentence from muster.web.texts; anything unforeseen gets a number that stands on the page and in the log.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from muster.core.errors import MusterError
from muster.web.routes import route
from muster.web.texts import ERROR_TEXTS

log = structlog.get_logger(__name__)

# What SQLite and PostgreSQL say when no byte more can be written ("disk i/o error": a file that may not grow).
FULL = ("is full", "disk i/o error", "no space left", "could not extend file", "file too large")
ICONS = {400: "alert-triangle", 403: "lock", 404: "map-search", 409: "git-branch", 503: "hourglass"}

USUAL = {
    400: (
        _("This could not be understood"),
        _("Something in the form does not fit. Go back and check what was entered; nothing was changed."),
    ),
    403: (
        _("You may not do this here"),
        _("Your role has no right to this page. Ask the office head or the duty commander."),
    ),
    404: (
        _("There is nothing here"),
        _("The page has moved or never was. Start again from the duty page."),
    ),
    409: (
        _("Somebody was faster"),
        _("The state has changed since you opened the page. Look at the newest state, then decide again."),
    ),
    503: (
        _("Not available just now"),
        _("Try again in a moment. If an alert has to go out now, use the printed call list."),
    ),
}
BROKEN = (
    _("That went wrong"),
    _("It is our fault, not yours. What was saved before is still there. Go back and try once more."),
)
DATABASE_BUSY = _(
    "The database was busy for too long, and this one entry was not kept. Go back and send it once more; what was saved "
    "before is still there."
)
DATABASE_FULL = _(
    "The disk of the server is full: nothing more can be kept. Call the computer department now, and go on with the printed "
    "call list; what was saved before is still there."
)
STALE_FORM = _("The page was open for too long. Go back, load it again and send it once more; nothing was changed.")


class _Params(dict[str, object]):
    """Values of a sentence; one that the error did not bring is shown as a dash instead of failing."""

    def __missing__(self, key: str) -> str:
        return "–"


class ErrorPageMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: BaseException) -> HttpResponse | None:
        if code := away(exception):
            return _away(request, code, exception)
        if not isinstance(exception, MusterError):
            return None
        log.info("request.refused", code=exception.code, route=route(request))
        return answer(request, exception.http_status, exception.code, sentence(exception))


def away(error: BaseException | None) -> str:
    """ "web.database_full" or "web.database_busy" when the database could not take it just now; "" for any other error."""
    if not isinstance(error, OperationalError | InterfaceError):
        return ""
    said = str(error).lower()
    return "web.database_full" if any(word in said for word in FULL) else "web.database_busy"


def _away(request: HttpRequest, code: str, error: BaseException) -> HttpResponse:
    log.error("request.database_away", code=code, route=route(request), error=str(error)[:200])
    if not connection.in_atomic_block:
        connection.close()  # whatever is wrong with it, the next request begins afresh
    return answer(request, 503, code, str(DATABASE_FULL if code == "web.database_full" else DATABASE_BUSY))


def sentence(error: MusterError) -> str:
    """What the user reads: the text of the code, filled with the error's values, or the usual one of its status."""
    text: str | Promise | None = ERROR_TEXTS.get(error.code)
    if text is None:
        return usual(error.http_status)[1]
    return str(text) % _Params(error.params)


def usual(status: int) -> tuple[str, str]:
    """Heading and sentence of a status without a text of its own."""
    heading, say = USUAL.get(status, BROKEN)
    return str(heading), str(say)


def wants_json(request: HttpRequest) -> bool:
    """Whether a machine asks."""
    return (
        request.path.startswith("/gateway/")
        or request.path.endswith(".json")
        or request.headers.get("Accept", "").startswith("application/json")
    )


def answer(request: HttpRequest, status: int, code: str, say: str, number: str = "") -> HttpResponse:
    """The error as the asker can use it: JSON, fragment or page."""
    if wants_json(request):
        return JsonResponse({"error": code, "say": say, "number": number}, status=status)
    context = {
        "heading": usual(status)[0],
        "say": say,
        "code": code,
        "number": number,
        "status": status,
        "sign": ICONS.get(status, "mood-sad"),
    }
    page = "web/error_inline.html" if getattr(request, "htmx", False) else "web/error.html"
    return render(request, page, context, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that lost its token, mostly because the session ended meanwhile."""
    log.info("request.csrf", route=route(request), reason=reason)
    return answer(request, 403, "web.csrf", str(STALE_FORM))


def _plain(request: HttpRequest, status: int, code: str, reason: BaseException | None) -> HttpResponse:
    log.info("request.refused", code=code, route=route(request), reason=type(reason).__name__)
    return answer(request, status, code, usual(status)[1])


def bad_request(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """handler400"""
    return _plain(request, 400, "web.bad_request", exception)


def forbidden(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """handler403"""
    return _plain(request, 403, "web.forbidden", exception)


def not_found(request: HttpRequest, exception: BaseException | None = None) -> HttpResponse:
    """handler404"""
    return _plain(request, 404, "web.not_found", exception)


def broken(request: HttpRequest) -> HttpResponse:
    """handler500: the number on the page finds the entry in the log."""
    error = sys.exc_info()[1]
    if code := away(error):  # outside the pages themselves: while the session was read, or when all was to be committed
        return _away(request, code, error or Exception(code))
    number = secrets.token_hex(4)
    log.error("request.broken", number=number, route=route(request), exc_info=sys.exc_info())
    return answer(request, 500, "web.broken", usual(500)[1], number)
