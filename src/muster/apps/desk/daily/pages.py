"""/daily/: the strength and duty sheet of the day, and of every earlier morning as it was made."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from muster.access.pages import needs
from muster.access.rights import Actor, Right
from muster.apps.desk.daily import actions, facts, reads, words
from muster.apps.desk.daily.forms import DutyForm
from muster.apps.desk.models import DailySheet, SheetState
from muster.apps.people.actions.common import check_office
from muster.apps.people.models import Capability
from muster.apps.plans.actions import ask_checks
from muster.core.errors import MusterError, NotFound
from muster.core.units import beijing_day
from muster.jobs import clock
from muster.web import show
from muster.web.errors import sentence

NAMES_SHOWN = 60


def morning_line(actor: Actor, at: datetime) -> dict[str, Any] | None:
    """What the duty page says of this morning's sheet; None for those who may not see it."""
    if actor.unit_path or not actor.may(Right.SEE_PLANS):
        return None
    row = reads.todays_sheet(at)
    made = row is not None and row.state == SheetState.MADE
    states = Counter(plan["state"] for plan in row.content["plans"]) if made else Counter()
    findings = len(row.content["findings"]) if made else 0
    return {
        "row": row, "made": made, "morning": reads.morning_time(), "total": row.content["total"] if made else None,
        "states": [(*words.STATES[state], states[state]) for state in words.STATES], "findings": findings,
    }  # fmt: skip


@never_cache
@needs(Right.SEE_PLANS)
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """/daily/: this morning's sheet; until it is made, and with `?now`, how things stand at this moment."""
    at = clock.now()
    row = reads.todays_sheet(at)
    if row is not None and row.state == SheetState.MADE and "now" not in request.GET:
        return _page(request, beijing_day(at), row, row.content, at)
    return _page(request, beijing_day(at), row, facts.gather(at), at, live=True)


@never_cache
@needs(Right.SEE_PLANS)
@require_safe
def of_day(request: HttpRequest, day: str) -> HttpResponse:
    """/daily/<YYYY-MM-DD>/: the sheet as it was made that morning. Error: NotFound "daily.no_sheet"."""
    try:
        wanted = date.fromisoformat(day)
    except ValueError as error:
        raise NotFound("daily.no_sheet") from error
    row = reads.sheet_of(wanted)
    return _page(request, wanted, row, row.content, clock.now())


def _page(
    request: HttpRequest, day: date, row: DailySheet | None, found: facts.Facts, at: datetime, *, live: bool = False
) -> HttpResponse:
    check_office(request.actor, Right.SEE_PLANS)
    is_today = day == beijing_day(at)
    made = row is not None and row.state == SheetState.MADE
    duty = facts.duty_of(day)
    leaders, officers = reads.names_on_offer()
    context: dict[str, Any] = {
        "nav": "duty", "sheet": words.page_of(found, day), "row": row, "made": made, "live": live, "today": is_today,
        "changed": reads.changed_duty(row) if made and not live else None,
        "texts": reads.texts_of(day) if made else None, "morning": reads.morning_time(),
        "may_set": request.actor.may(Right.SET_DUTY), "may_ask": request.actor.may(Right.EDIT_PLANS),
        "may_make": request.actor.may(Right.SET_DUTY) and row is None and (found["exercise"] or reads.is_due(at)),
        "duty_form": DutyForm(today=beijing_day(at), initial={"day": beijing_day(at).isoformat(), **duty}),
        "leaders": leaders, "officers": officers, "readers": reads.readers(), "most_readers": actions.MOST_READERS,
        "earlier": [(one, words.day_words(one)) for one in reads.earlier_days(day)], **_names(request, found),
    }  # fmt: skip
    return render(request, "desk/daily.html", context)


def _names(request: HttpRequest, found: facts.Facts) -> dict[str, Any]:
    """Whose certificates end; on the screen only, and only for those who may see people."""
    if not request.actor.may(Right.SEE_PEOPLE):
        return {}
    labels = {row.slug: show.label(row) for row in Capability.objects.all()}
    holdings = found["certificates"]["holdings"]
    endings = reads.endings(holdings[:NAMES_SHOWN])
    return {
        "endings": [(one, labels.get(one.capability, one.capability)) for one in endings],
        "more_endings": max(0, len(holdings) - NAMES_SHOWN),
    }


@require_POST
@needs(Right.SET_DUTY)
def duty(request: HttpRequest) -> HttpResponse:
    """Enter who is on duty."""
    form = DutyForm(request.POST, today=beijing_day(clock.now()))
    if not form.is_valid():
        messages.error(request, _("Nothing was entered: choose a day of the list, and names of at most 40 letters."))
        return redirect("daily")
    given = form.cleaned_data
    try:
        row = actions.enter_duty(request.actor, given["day"], given["leader"], given["officer"])
    except MusterError as error:
        messages.error(request, sentence(error))
    else:
        messages.success(request, _("Entered for %(day)s.") % {"day": words.day_words(row.day)})
    return redirect("daily")


@require_POST
@needs(Right.SET_DUTY)
def readers(request: HttpRequest) -> HttpResponse:
    """Add somebody who gets the summary by text, or with `remove` take him off."""
    gone = request.POST.get("remove", "")
    try:
        if gone.isascii() and gone.isdigit() and len(gone) < 10:
            actions.remove_reader(request.actor, int(gone))
            messages.success(request, _("Taken off; nothing more is sent there."))
        else:
            actions.add_reader(request.actor, request.POST.get("who", ""), agreed=request.POST.get("agreed") == "yes")
            messages.success(request, _("Added; the first text comes with the next morning's sheet."))
    except MusterError as error:
        messages.error(request, sentence(error))
    return redirect("daily")


@require_POST
@needs(Right.EDIT_PLANS)
def ask(request: HttpRequest) -> HttpResponse:
    """Ask every plan anew whether it holds."""
    asked = ask_checks(request.actor, own=True)
    said = _("Asked. The answers come within a minute; load the page again.")
    messages.success(request, said if asked else _("Every plan is being computed already."))
    return redirect("daily")


@require_POST
@needs(Right.SET_DUTY)
def make(request: HttpRequest) -> HttpResponse:
    """Make today's sheet now, where no lane does it or it has not come yet."""
    try:
        actions.make_now(request.actor)
    except MusterError as error:
        messages.error(request, sentence(error))
    return redirect("daily")
