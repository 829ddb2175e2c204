"""/town/ and /village/: the telephone page of those through whom people are really called.

It has a shell of its own, for it must open over 64 kbit/s: no kit, no map, one small script. Everything also works
without the script; with it, entries are kept on the phone until the office has acknowledged them.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe

from muster.access.pages import needs, public
from muster.access.rights import Actor, Right
from muster.apps.desk import actions
from muster.apps.desk.town_entries import MOST_AT_ONCE, PLACES, Tap, tap_of
from muster.apps.desk.town_reads import TO_DIAL, FieldList, field_list, own_incident, own_incidents, unit_of
from muster.apps.incidents.forms import ETAS
from muster.apps.incidents.own_page import DECLINE_REASONS
from muster.apps.incidents.pages.common import is_number
from muster.core.errors import InvalidInput
from muster.jobs import clock
from muster.web.texts import ERROR_TEXTS

WORKER = Path(__file__).parent / "static" / "desk" / "town_worker.js"
VIEWS = ("phone", "here")


@gzip_page
@needs(Right.CALL_TOWN)
@require_safe
def town(request: HttpRequest) -> HttpResponse:
    """/town/: the people of a town officer."""
    return _page(request)


@gzip_page
@needs(Right.CALL_VILLAGE)
@require_safe
def village(request: HttpRequest) -> HttpResponse:
    """/village/: the people of a village lead."""
    return _page(request)


def _page(request: HttpRequest, numbers: dict[int, str] | None = None) -> HttpResponse:
    actor: Actor = request.actor
    incident = own_incident(actor, request.GET.get("incident", "") or request.POST.get("incident", ""))
    page = {
        "address": _address(actor),
        "unit": unit_of(actor),
        "incidents": own_incidents(actor),
        "view": request.GET.get("view") if request.GET.get("view") in VIEWS else "phone",
        "key": secrets.token_hex(8),
        **(_context(actor, field_list(actor, incident), request, numbers) if incident else {}),
    }
    return render(request, "desk/town.html", page)


def _context(
    actor: Actor, found: FieldList, request: HttpRequest, numbers: dict[int, str] | None = None
) -> dict[str, object]:
    people = found.people
    if request.GET.get("view") == "here":
        people = tuple(sorted(people, key=lambda person: person.rank))
    opened = request.GET.get("open", "")
    return {
        "list": found,
        "led": found.led,
        "people": [(person, (numbers or {}).get(person.alert.pk, "")) for person in people],
        "incident": found.incident,
        "exercise": found.incident.is_exercise,
        "now": clock.now(),
        "speed": clock.speed(),
        "elapsed": found.incident.elapsed_at(clock.now()),
        "etas": ETAS,
        "reasons": DECLINE_REASONS.items(),
        "opened": int(opened) if is_number(opened) else 0,
        "address": _address(actor),
    }


def _address(actor: Actor) -> str:
    return "/town/" if actor.may(Right.CALL_TOWN) else "/village/"


@gzip_page
@never_cache
@needs(Right.CALL_TOWN, Right.CALL_VILLAGE)
@require_safe
def people_list(request: HttpRequest) -> HttpResponse:
    """/field/list/: the list alone, for the page that is open; 204 when nothing but the time has moved on."""
    incident = own_incident(request.actor, request.GET.get("incident", ""))
    if incident is None:
        return HttpResponse(status=204)
    found = field_list(request.actor, incident)
    if request.GET.get("mark") == found.mark:
        return HttpResponse(status=204)
    return render(request, "desk/_town_list.html", _context(request.actor, found, request))


@never_cache
@needs(Right.CALL_TOWN, Right.CALL_VILLAGE)
@require_POST
def entries(request: HttpRequest) -> HttpResponse:
    """/field/entries/: entries of the script as JSON, {"entries": [{key, alert, said, age}, …]} in the order they were
    made, answered by one receipt each; or one pressed button of the page without script."""
    if request.content_type != "application/json":
        return _pressed(request)
    taps, spoiled = _read(request.body)
    receipts = actions.take_entries(request.actor, taps)
    told = [{"key": r.key, "outcome": r.outcome, "say": _say(r)} for r in receipts]
    refusal = str(ERROR_TEXTS["desk.entry_form"])
    return JsonResponse({"receipts": told + [{"key": k, "outcome": "refused", "say": refusal} for k in spoiled]})


def _read(body: bytes) -> tuple[list[Tap], list[str]]:
    """Entries, and the keys of those that make no sense. Error: InvalidInput "desk.entry_form" for no list at all."""
    try:
        given = json.loads(body)
    except ValueError as error:
        raise InvalidInput("desk.entry_form") from error
    found = given.get("entries") if isinstance(given, dict) else None
    if not isinstance(found, list) or len(found) > MOST_AT_ONCE:
        raise InvalidInput("desk.entry_form")
    taps, spoiled = [], []
    for each in found:
        try:
            taps.append(tap_of(each))
        except InvalidInput:
            key = each.get("key") if isinstance(each, dict) else None
            spoiled += [key] if isinstance(key, str) else []
    return taps, spoiled


def _say(receipt: actions.Receipt) -> str:
    """Why an entry does not count, "" when it does."""
    if receipt.outcome == "noted":
        return ""
    kept = {
        "closed": _("Kept, but the callout has ended."),
        "late": _("Kept, but it changes nothing: already checked in or released."),
        "double": "",  # said twice on the telephone: nothing anybody has to know
        "overtaken": _("Kept, but something newer is known about this person."),
        "elsewhere": _("Kept, but this person is on duty elsewhere."),
    }
    if receipt.code in kept:
        return kept[receipt.code]
    return str(ERROR_TEXTS.get(receipt.code, "")) or _("The office could not accept this entry.")


def _pressed(request: HttpRequest) -> HttpResponse:
    page, pressed = request.POST.get("page", ""), request.POST.get("say", "")
    if pressed == "here":
        place = request.POST.get("where", "muster")
        wanted = [(number, f"here-{place if place in PLACES else 'muster'}") for number in request.POST.getlist("here")]
    else:
        number, _colon, said = pressed.partition(":")
        wanted = [(number, said)]
    taps = [tap_of({"key": f"{page}-{number}-{said}", "alert": number, "said": said}) for number, said in wanted]
    for receipt in actions.take_entries(request.actor, taps):
        text = _say(receipt)
        if text:
            messages.warning(request, text)
        elif receipt.outcome == "noted":
            messages.success(request, _("Noted."))
    incident, view = request.POST.get("incident", ""), request.POST.get("view", "")
    query = f"?view={view if view in VIEWS else 'phone'}" + (f"&incident={incident}" if is_number(incident) else "")
    return redirect(_address(request.actor) + query)


@never_cache
@needs(Right.CALL_TOWN, Right.CALL_VILLAGE)
@require_POST
def numbers(request: HttpRequest) -> HttpResponse:
    """/field/numbers/: the numbers of those one would ring now, as JSON or, without script, as the page with links."""
    incident = own_incident(request.actor, request.POST.get("incident", ""))
    found: dict[int, str] = {}
    if incident is not None:
        people = field_list(request.actor, incident).people
        alerts = [person.alert for person in people if person.row.group in TO_DIAL]
        found = actions.numbers_to_dial(request.actor, alerts, incident.stream)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"numbers": found})
    return _page(request, found)


@public
@require_safe
def worker(_request: HttpRequest) -> HttpResponse:
    """/field/worker.js: keeps the page on the phone for a start without network. A program, nothing of anybody."""
    answer = HttpResponse(WORKER.read_text(encoding="utf-8"), content_type="text/javascript; charset=utf-8")
    answer["Service-Worker-Allowed"] = "/"
    answer["Cache-Control"] = "no-cache"
    return answer
