"""The list of wrong numbers: one page, each settled where it stands."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.channels.actions import correct_number, dismiss_finding
from muster.apps.channels.reads import findings_for


@require_GET
@needs(Right.SEE_PEOPLE)
def wrong_numbers(request: HttpRequest) -> HttpResponse:
    """Numbers that do not reach their people, of the viewer's part of the tree, longest open first."""
    page = {
        "rows": findings_for(request.actor),
        "settled": findings_for(request.actor, closed=True)[:20],
        "may_settle": request.actor.may(Right.EDIT_PEOPLE),
    }
    return render(request, "channels/wrong_numbers.html", page)


@require_POST
@needs(Right.EDIT_PEOPLE)
def settle_number(request: HttpRequest, finding_id: int) -> HttpResponse:
    """A right number, or the word that the one on the books is right."""
    if "correct" in request.POST:
        row = correct_number(request.actor, finding_id, request.POST.get("number", ""))
        messages.success(request, _("The number of %(name)s was corrected.") % {"name": row.member.name})
    else:
        row = dismiss_finding(request.actor, finding_id, request.POST.get("note", ""))
        messages.success(request, _("Noted: the number of %(name)s is right.") % {"name": row.member.name})
    return redirect("wrong-numbers")
