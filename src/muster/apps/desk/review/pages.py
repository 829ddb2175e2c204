"""/review/<incident>/lessons/, what-if/ and thanks/: what is learnt from a callout, and who is thanked for it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muster.access.pages import needs
from muster.access.rights import Actor, Right
from muster.apps.desk.models import LessonState
from muster.apps.desk.review import actions, reads, thanks
from muster.apps.desk.review.forms import EndForm, OwnForm, WhatIfForm, WordsForm
from muster.apps.desk.review.what_if import answer
from muster.apps.incidents.models import Incident
from muster.apps.incidents.pages.common import context, is_number
from muster.apps.incidents.reads import incident_by_id
from muster.core.errors import InvalidInput, MusterError
from muster.core.units import beijing_day
from muster.jobs import clock

USUAL_EXTRA = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_REVIEW)
def lessons(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Facts and findings under the four headings."""
    incident = incident_by_id(request.actor, incident_id)
    refused: MusterError | None = None
    if request.method == "POST":
        try:
            messages.success(request, _act(request.actor, incident, request))
            return redirect("review-lessons", incident_id=incident.pk)
        except InvalidInput as error:
            refused = error
    actor, found = request.actor, reads.parts(incident, request.actor, clock.now())
    typed = request.POST if refused else {}
    tried = typed.get("lesson", "") if refused else ""
    page = context(
        incident,
        nav="review",
        parts=[(part, [(view, *_forms(view, typed, tried)) for view in part.lessons]) for part in found],
        drafts=sum(fact.drafted for part in found for fact in part.facts),
        open=sum(view.row.state == LessonState.OPEN for part in found for view in part.lessons),
        own=OwnForm(typed if typed.get("act") == "own" else None),
        refused=refused,
        tried=tried,
        may_write=actor.may(Right.PROPOSE),
        may_end=actor.may(Right.STAND_DOWN),
    )
    return render(request, "desk/review/lessons.html", page, status=422 if refused else 200)


def _forms(view: reads.LessonView, typed: dict[str, str], tried: str) -> tuple[WordsForm, EndForm]:
    pk, mine = view.row.pk, tried == str(view.row.pk)
    first = {"text": view.text, "owner": view.row.owner, "due_on": view.row.due_on}
    words = WordsForm(typed if mine and typed.get("act") == "words" else None, pk=pk, initial=first)
    return words, EndForm(typed if mine and typed.get("act") == "end" else None, pk=pk)


def _act(actor: Actor, incident: Incident, request: HttpRequest) -> str:
    """Do what was posted; the sentence that says so. A form with a gap is refused as the action would refuse it."""
    given = request.POST
    pk = int(given["lesson"]) if is_number(given.get("lesson", "")) else 0
    match given.get("act"):
        case "drafts":
            return _("%(n)s findings written down.") % {"n": actions.take_drafts(actor, incident)}
        case "own":
            actions.write_lesson(actor, incident, given.get("heading", ""), given.get("text", ""))
        case "words":
            form = WordsForm(given, pk=pk)
            if not form.is_valid():
                raise InvalidInput("lessons.owner" if "owner" in form.errors else "lessons.date")
            own = form.cleaned_data
            text = "" if own["text"] == given.get("drafted") else own["text"]
            actions.reword(actor, incident, pk, text=text, owner=own["owner"], due_on=own["due_on"])
        case _:
            actions.end_lesson(actor, incident, pk, given.get("to", ""), given.get("said", ""))
    return _("Written down.")


@require_safe
@needs(Right.SEE_REVIEW)
def what_if_page(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Had we called so many more."""
    incident = incident_by_id(request.actor, incident_id)
    form = WhatIfForm(request.GET or {"more": USUAL_EXTRA}, incident=incident)
    found = None
    if form.is_valid():
        line = form.cleaned_data["line"]
        found = answer(incident, request.actor, more=form.cleaned_data["more"], order=int(line) if line else None)
    page = context(incident, nav="review", form=form, answer=found, asked=form.is_valid())
    return render(request, "desk/review/what_if.html", page, status=200 if form.is_valid() else 422)


@never_cache
@require_safe
@needs(Right.SEE_REVIEW)
def thanks_page(request: HttpRequest, incident_id: int) -> HttpResponse:
    """Certificates to print, one a sheet: of everybody (a hundred at a time), or of one member number."""
    incident = incident_by_id(request.actor, incident_id)
    rows = thanks.who_came(incident, request.actor)
    wanted, part = request.GET.get("member", ""), request.GET.get("part", "")
    shown = [row for row in rows if row.member.number == wanted] if wanted else rows
    first = (int(part) - 1 if is_number(part) and int(part) else 0) * thanks.PAGE
    page = context(
        incident,
        nav="review",
        rows=shown[first : first + thanks.PAGE],
        total=len(rows),
        everyone=rows,
        wanted=wanted,
        parts=range(1, (len(shown) - 1) // thanks.PAGE + 2) if len(shown) > thanks.PAGE else (),
        office=settings.MUSTER_OFFICE_NAME,
        day=_dated(incident.t0),
        today=_dated(clock.now()),
    )
    return render(request, "desk/review/thanks.html", page)


def _dated(moment: datetime) -> str:
    """The Beijing day with its year, as a certificate writes it."""
    day = beijing_day(moment)
    return _("%(year)s-%(month)s-%(day)s") % {"year": day.year, "month": day.month, "day": day.day}
