"""The people list with the card of one member beside it; the acts of the card are posted to the card's own address."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.people import actions
from muster.apps.people.forms import AwayForm, ContactForm, HoldingForm, UnmaskForm
from muster.apps.people.models import Capability, Member
from muster.apps.people.reads import member_by_number
from muster.apps.people.reads.erased import waiting_erasures
from muster.apps.service.actions.bulk import MOST_PEOPLE
from muster.apps.service.pages.posted import consent_of, contact_of, notice_of
from muster.apps.service.reads.card import member_card
from muster.apps.service.reads.listing import Asked, people_list
from muster.core.errors import InvalidInput, NotFound
from muster.jobs import clock

Act = Callable[[HttpRequest, Member], HttpResponse | None]


@require_safe
@never_cache
@needs(Right.SEE_PEOPLE)
def people_page(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.SEE_PEOPLE)
def card_page(request: HttpRequest, number: str) -> HttpResponse:
    member = member_by_number(request.actor, number)
    if request.method != "POST":
        return _page(request, member)
    act = ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise InvalidInput("people.choice_unknown")
    return act(request, member) or redirect(_address(request, member))


def _address(request: HttpRequest, member: Member) -> str:
    query = request.GET.urlencode()
    return reverse("people-card", args=[member.number]) + (f"?{query}" if query else "")


def query_without(request: HttpRequest, *names: str) -> str:
    """The present query without some of its parts, ready to append another part."""
    query: QueryDict = request.GET.copy()
    for name in names:
        query.pop(name, None)
    return query.urlencode()


def _page(request: HttpRequest, member: Member | None = None, **more: object) -> HttpResponse:
    now, actor = clock.now(), request.actor
    asked = Asked.of(request.GET)
    forms = {
        "holding_form": HoldingForm(prefix="holding", initial={"capability": request.GET.get("renew")}),
        "away_form": AwayForm(prefix="away"),
        "contact_form": ContactForm(prefix="contact"),
        "unmask_form": UnmaskForm(prefix="unmask"),
    }
    context = {
        "nav": "people",
        "now": now,
        "list": people_list(actor, asked, now),
        "card": member_card(member, now) if member else None,
        "query": request.GET.urlencode(),
        "query_sort": query_without(request, "sort", "page"),
        "query_page": query_without(request, "page"),
        "query_plain": query_without(request, "choose", "page"),
        "may_edit": actor.may(Right.EDIT_PEOPLE),
        "choosing": bool(request.GET.get("choose")) and member is None and actor.may(Right.EDIT_PEOPLE),
        "bulk_most": MOST_PEOPLE,
        "erasures": waiting_erasures(actor) if member is None else [],
        "may_import": actor.may(Right.IMPORT_PEOPLE) and not actor.unit_path,
        "may_unmask": actor.may(Right.UNMASK),
        **forms,
        **more,
    }
    return render(request, "service/people.html", context, status=422 if more.get("refused") else 200)


def _unmask(request: HttpRequest, member: Member) -> HttpResponse:
    form = UnmaskForm(request.POST, prefix="unmask")
    if not form.is_valid():
        return _page(request, member, unmask_form=form, refused="unmask")
    field = form.cleaned_data["field"]
    value = actions.unmask(request.actor, member, field, form.cleaned_data["reason"])
    # Shown once in the answer to this very request: not in an address, a session or a history of pages.
    return _page(request, member, unmasked={"field": field, "value": value})


def _filled(form: Form, request: HttpRequest, member: Member, name: str) -> HttpResponse | None:
    """The page again when the form does not hold."""
    return None if form.is_valid() else _page(request, member, **{f"{name}_form": form, "refused": name})


def _set_holding(request: HttpRequest, member: Member) -> HttpResponse | None:
    form = HoldingForm(request.POST, prefix="holding")
    again = _filled(form, request, member, "holding")
    if again is None:
        actions.set_holding(request.actor, member, **form.cleaned_data)
        messages.success(request, _("Entered. It counts from now on."))
    return again


def _remove_holding(request: HttpRequest, member: Member) -> None:
    capability = Capability.objects.filter(slug=request.POST.get("capability", "")).first()
    if capability is None:
        raise NotFound("people.holding_unknown", capability="")
    actions.remove_holding(request.actor, member, capability)
    messages.success(request, _("Taken off the card."))


def _add_away(request: HttpRequest, member: Member) -> HttpResponse | None:
    form = AwayForm(request.POST, prefix="away")
    again = _filled(form, request, member, "away")
    if again is None:
        actions.add_away(request.actor, member, **form.cleaned_data)
        messages.success(request, _("Entered. Nobody will be called while away."))
    return again


def _cancel_away(request: HttpRequest, member: Member) -> None:
    actions.cancel_away(request.actor, notice_of(request, member))
    messages.success(request, _("The absence was taken back."))


def _add_contact(request: HttpRequest, member: Member) -> HttpResponse | None:
    form = ContactForm(request.POST, prefix="contact")
    again = _filled(form, request, member, "contact")
    if again is None:
        actions.add_contact(request.actor, member, **form.cleaned_data)
        messages.success(request, _("Entered."))
    return again


def _remove_contact(request: HttpRequest, member: Member) -> None:
    actions.remove_contact(request.actor, contact_of(request, member))


def _give_consent(request: HttpRequest, member: Member) -> None:
    actions.give_consent(request.actor, member, request.POST.get("purpose", ""))
    messages.success(request, _("Entered."))


def _withdraw_consent(request: HttpRequest, member: Member) -> None:
    actions.withdraw_consent(request.actor, consent_of(request, member))
    messages.success(request, _("Entered."))


ACTS: dict[str, Act] = {
    "unmask": _unmask,
    "holding": _set_holding,
    "holding-remove": _remove_holding,
    "away": _add_away,
    "away-cancel": _cancel_away,
    "contact": _add_contact,
    "contact-remove": _remove_contact,
    "consent": _give_consent,
    "consent-withdraw": _withdraw_consent,
}
