"""What became of each field of a member."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.people.reads import member_by_number
from muster.apps.people.reads.history import FIELDS, history_of


@require_safe
@never_cache
@needs(Right.SEE_PEOPLE)
def member_history(request: HttpRequest, number: str) -> HttpResponse:
    """/people/<number>/history/; `?field=` shows one field alone."""
    member = member_by_number(request.actor, number)
    field = request.GET.get("field", "")
    field = field if field in FIELDS else ""
    context = {"nav": "people", "member": member, "history": history_of(member, field), "field": field}
    return render(request, "people/history.html", context)
