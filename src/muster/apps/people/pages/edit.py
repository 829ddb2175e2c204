"""Enrol a member, change an entry."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.people import actions
from muster.apps.people.forms import MemberForm
from muster.apps.people.models import Member
from muster.apps.people.reads import member_by_number
from muster.core.errors import Conflict, NotAllowed


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.EDIT_PEOPLE)
def member_new(request: HttpRequest) -> HttpResponse:
    return _write(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.EDIT_PEOPLE)
def member_edit(request: HttpRequest, number: str) -> HttpResponse:
    return _write(request, member_by_number(request.actor, number))


def _write(request: HttpRequest, member: Member | None) -> HttpResponse:
    initial = MemberForm.initial_of(member) if member else None
    form = MemberForm(request.actor, member, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        saved = _saved(request, form, member)
        if saved is not None:
            messages.success(request, _("Saved.") if member else _("Enrolled. Enter the capabilities next."))
            return redirect("people-card", number=saved.number)
    may_erase = member is not None and request.actor.may(Right.ERASE_PEOPLE) and not request.actor.unit_path
    context = {"nav": "people", "form": form, "member": member, "may_erase": may_erase}
    return render(request, "people/member.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, form: MemberForm, member: Member | None) -> Member | None:
    """The member, or None with the reason at the field that stands in the way."""
    try:
        return actions.save_member(request.actor, form.as_input(), member)
    except (Conflict, NotAllowed) as error:
        taken = {
            "people.number_taken": ("number", _("This member number is taken.")),
            "people.employer_office": ("employer_pays", _("Only the office changes this; leave it as it was.")),
            "people.id_taken": ("id_number", _("Another member has this ID number.")),
        }
        if error.code not in taken:
            raise
        form.add_error(*taken[error.code])
        return None
