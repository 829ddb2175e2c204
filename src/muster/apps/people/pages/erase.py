"""Erase a person: what will happen, what stands in the way, the order, and afterwards the record of it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.people import actions
from muster.apps.people.actions.requests import open_request
from muster.apps.people.erasure import Ground, hindrances
from muster.apps.people.forms import dress
from muster.apps.people.models import Member
from muster.apps.people.reads import member_by_number
from muster.apps.people.reads.erased import erasure_of
from muster.core.errors import InvalidInput
from muster.web.texts import ERROR_TEXTS


class EraseForm(forms.Form):
    """The ground, the office's file reference, and the member number typed again."""

    ground = forms.ChoiceField(label=_("Why"), choices=Ground.choices, widget=forms.RadioSelect)
    file_ref = forms.CharField(
        label=_("File reference of the office"),
        max_length=60,
        required=False,
        help_text=_("Stays in the journal for good: no names, no numbers of people."),
    )
    number = forms.CharField(label=_("Type the member number"), max_length=20)

    def __init__(self, member: Member, *given: object) -> None:
        super().__init__(*given)
        self.member = member
        dress(self)

    def clean_number(self) -> str:
        number = self.cleaned_data["number"].strip().upper()
        if number != self.member.number:
            raise forms.ValidationError(ERROR_TEXTS["people.erase_number_differs"])
        return number


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.ERASE_PEOPLE)
def member_erase(request: HttpRequest, number: str) -> HttpResponse:
    """/people/<number>/erase/: looking changes nothing."""
    actions.check_office(request.actor, Right.ERASE_PEOPLE)
    member = member_by_number(request.actor, number)
    done = erasure_of(member.number)
    if done is not None:
        return render(request, "people/erased.html", {"nav": "people", "member": member, "done": done})
    if request.method == "POST" and request.POST.get("act") == "refuse":
        actions.refuse_erasure(request.actor, member, request.POST.get("answer", ""))
        messages.success(request, gettext("Answered. The member reads it on the own page."))
        return redirect("member-erase", number=member.number)
    form = EraseForm(member, request.POST or None)
    if request.method == "POST" and form.is_valid() and _erased(request, form, member):
        return redirect("member-erase", number=member.number)
    reasons = [ERROR_TEXTS[code] for code in hindrances(member)]
    context = {"nav": "people", "member": member, "form": form, "reasons": reasons, "asked": open_request(member)}
    return render(request, "people/erase.html", context, status=422 if form.errors else 200)


def _erased(request: HttpRequest, form: EraseForm, member: Member) -> bool:
    """Do it; a reference that names the person is said at its field, everything else is a page of its own."""
    given = form.cleaned_data
    try:
        actions.erase_member(request.actor, member, given["ground"], given["file_ref"])
    except InvalidInput as error:
        if error.code != "people.erase_ref_names":
            raise
        form.add_error("file_ref", ERROR_TEXTS[error.code])
        return False
    return True
