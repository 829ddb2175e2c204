"""A member's own page: what is kept of him (numbers masked), his consents, duties, pay and absences; he corrects his
contact data himself, takes a file of everything, and may ask to be erased."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.people import actions
from muster.apps.people.forms import AwayForm, ContactForm, dress, phone_text
from muster.apps.people.models import Consent, Member
from muster.apps.people.own_data import all_of
from muster.apps.people.pages.downloads import as_file
from muster.apps.people.reads import member_by_number
from muster.apps.service.pages.posted import consent_of, contact_of, notice_of
from muster.apps.service.reads.card import Card, member_card, open_commitment, own_duties
from muster.apps.service.reads.own import pay_years
from muster.codecs.sheets_out import Column, export_xlsx
from muster.core.errors import InvalidInput
from muster.core.units import to_beijing
from muster.jobs import clock
from muster.web.errors import sentence

Act = Callable[[HttpRequest, Member], forms.Form | None]


class PhoneForm(forms.Form):
    """The new mobile number."""

    phone = forms.CharField(label=gettext_lazy("Mobile"), max_length=30)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        dress(self)
        self.fields["phone"].widget.attrs |= {"inputmode": "tel", "autocomplete": "tel"}

    def clean_phone(self) -> str:
        return phone_text(self.cleaned_data["phone"])


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A purpose, and the consent to it that stands (None: none does)."""

    purpose: str
    word: str | Promise
    consent: Consent | None


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.SEE_OWN)
def my_page(request: HttpRequest) -> HttpResponse:
    """/me/: each act is a POST to the page itself; a form that does not hold comes back with what was typed."""
    member = member_by_number(request.actor, request.actor.member_ref)
    failed = None
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", "away"))
        if act is None:
            raise InvalidInput("people.choice_unknown")
        failed = act(request, member)
        if failed is None:
            return redirect("my-page")
    return render(request, "service/me.html", _context(member, failed), status=422 if failed else 200)


def _context(member: Member, failed: forms.Form | None) -> dict[str, object]:
    now = clock.now()
    card = member_card(member, now)
    shown = {
        "away_form": AwayForm(prefix="away"),
        "phone_form": PhoneForm(prefix="phone"),
        "contact_form": ContactForm(prefix="contact"),
    }
    if failed is not None:
        shown[f"{failed.prefix}_form"] = failed
    return {
        "nav": "me",
        "now": now,
        "card": card,
        "duties": own_duties(member),
        "taken": open_commitment(member),
        "consents": _consents(card),
        "pay": pay_years(member),
        "erasure": member.erasure_requests.filter(withdrawn_at=None).order_by("-asked_at").first(),
        **shown,
    }


def _consents(card: Card) -> list[ConsentRow]:
    standing = {one.purpose: one for one in card.consents if one.withdrawn_at is None}
    purposes = Consent._meta.get_field("purpose").choices
    return [ConsentRow(purpose, word, standing.get(purpose)) for purpose, word in purposes]


def _away(request: HttpRequest, member: Member) -> forms.Form | None:
    form = AwayForm(request.POST, prefix="away")
    if not form.is_valid():
        return form
    actions.add_away(request.actor, member, **form.cleaned_data)
    messages.success(request, _("Entered. You will not be called while away."))
    return None


def _back(request: HttpRequest, member: Member) -> None:
    actions.cancel_away(request.actor, notice_of(request, member))
    messages.success(request, _("The absence was taken back."))


def _phone(request: HttpRequest, member: Member) -> forms.Form | None:
    form = PhoneForm(request.POST, prefix="phone")
    if not form.is_valid():
        return form
    actions.change_phone(request.actor, member, form.cleaned_data["phone"])
    messages.success(request, _("Saved. From now on you are called at the new number."))
    return None


def _contact(request: HttpRequest, member: Member) -> forms.Form | None:
    form = ContactForm(request.POST, prefix="contact")
    if not form.is_valid():
        return form
    try:
        actions.add_contact(request.actor, member, **form.cleaned_data)
    except InvalidInput as error:
        form.add_error("value", sentence(error))
        return form
    messages.success(request, _("Entered."))
    return None


def _contact_off(request: HttpRequest, member: Member) -> None:
    actions.remove_contact(request.actor, contact_of(request, member))
    messages.success(request, _("Taken off the card."))


def _agree(request: HttpRequest, member: Member) -> None:
    actions.give_consent(request.actor, member, request.POST.get("purpose", ""))
    messages.success(request, _("Entered."))


def _withdraw(request: HttpRequest, member: Member) -> None:
    actions.withdraw_consent(request.actor, consent_of(request, member))
    messages.success(request, _("Taken back. It does not count any more."))


def _ask_erasure(request: HttpRequest, member: Member) -> None:
    actions.ask_erasure(request.actor, member)
    messages.success(request, _("The office has your request."))


def _erasure_back(request: HttpRequest, member: Member) -> None:
    actions.take_back_erasure(request.actor, member)
    messages.success(request, _("The request was taken back."))


ACTS: dict[str, Act] = {
    "away": _away,
    "away-cancel": _back,
    "phone": _phone,
    "contact": _contact,
    "contact-remove": _contact_off,
    "consent": _agree,
    "consent-withdraw": _withdraw,
    "erasure": _ask_erasure,
    "erasure-back": _erasure_back,
}


@require_POST
@never_cache
@needs(Right.SEE_OWN)
def my_data(request: HttpRequest) -> HttpResponse:
    """/me/data.xlsx: everything that is kept about the reader, his numbers whole; the journal says that he took it."""
    member = member_by_number(request.actor, request.actor.member_ref)
    told = all_of(member)
    columns = [Column(_("Part"), width=24), Column(_("What"), width=36), Column(_("What is kept"), width=60)]
    rows = [[str(line.part), str(line.item), line.value] for line in told]
    now = clock.now()
    data = export_xlsx(_("My data"), columns, rows, notes=[f"{to_beijing(now):%Y-%m-%d %H:%M}"])
    actions.note_own_export(request.actor, member, len(rows))
    return as_file(data, f"muster-my-data-{to_beijing(now):%Y%m%d}.xlsx")
