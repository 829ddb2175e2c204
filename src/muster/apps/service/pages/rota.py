"""/rota/: the month with its gaps, signing up, swaps; the office makes posts and turns. Printable as it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from muster.access.pages import needs
from muster.access.rights import Actor, Right
from muster.apps.people.forms import dress
from muster.apps.people.models import Member, Unit
from muster.apps.people.reads import member_by_number
from muster.apps.service.actions import rota
from muster.apps.service.forms import day_field, time_field
from muster.apps.service.models import DutyPost, DutySeat, DutySwap, DutyTurn
from muster.apps.service.reads.rota import Day, may_read, month_of, open_swaps, posts, seats_of
from muster.core.errors import MusterError, NotFound
from muster.core.units import beijing_day
from muster.jobs import clock
from muster.web.errors import sentence
from muster.web.show import label


class _Post(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return label(obj)


class TurnsForm(forms.Form):
    """A post, new or known, and its turns on every day of a range."""

    post = _Post(DutyPost.objects.none(), label=gettext_lazy("Post on duty"), required=False)
    name = forms.CharField(label=gettext_lazy("or a new post, its name"), required=False, max_length=40)
    unit = _Post(Unit.objects.none(), label=gettext_lazy("Only for people of"), required=False)
    first = day_field(gettext_lazy("First day"))
    last = day_field(gettext_lazy("Last day"))
    from_time = time_field(pgettext_lazy("rota", "From"))
    to_time = time_field(pgettext_lazy("rota", "To"))
    heads = forms.IntegerField(label=gettext_lazy("People on each turn"), min_value=1, max_value=50, initial=1)
    on_sheet = forms.BooleanField(
        label=gettext_lazy("New post: he is the duty officer of the daily sheet"), required=False
    )
    free_swaps = forms.BooleanField(label=gettext_lazy("New post: swaps need no approval"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["post"].queryset = posts()
        self.fields["unit"].queryset = Unit.objects.exclude(kind="village").order_by("path")
        dress(self)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("post") and not given.get("name"):
            self.add_error("post", _("Choose a post, or name a new one."))
        return given


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.SEE_OWN, Right.SET_DUTY, Right.EDIT_PEOPLE)
def rota_page(request: HttpRequest) -> HttpResponse:
    """One month. 422 with the words at their fields when the form is refused."""
    now = clock.now()
    form = TurnsForm(request.POST if request.POST.get("act") == "turns" else None)
    if request.method == "POST":
        if request.POST.get("act") != "turns":
            _act(request)
            return redirect(request.get_full_path())
        if form.is_valid() and _made(request, form):
            return redirect(request.get_full_path())
    first = _month(request, beijing_day(now))
    days = month_of(first)
    swaps = list(open_swaps())
    mine = Member.objects.filter(number=request.actor.member_ref).first() if request.actor.may(Right.SEE_OWN) else None
    context = {
        "nav": "me" if mine else "rota", "first": first, "days": [day for day in days if day.turns], "now": now,
        "gaps": sum(day.gap for day in days), "before": first - timedelta(days=1), "after": first + timedelta(days=31),
        "mine": mine, "my_seats": seats_of(mine, now) if mine else [], "swaps": swaps, "form": form,
        "known": known_people(request.actor, days, swaps),
        "may_set": request.actor.may(Right.SET_DUTY) and not request.actor.unit_path,
        "may_enter": request.actor.may(Right.EDIT_PEOPLE),
    }  # fmt: skip
    return render(request, "service/rota.html", context, status=422 if form.errors else 200)


def known_people(actor: Actor, days: list[Day], swaps: list[DutySwap]) -> set[int]:
    """Ids of the people on the page whose names the actor may read; of the others it says that the place is taken."""
    shown = {seat.member for day in days for one in day.turns for seat in one.seats}
    shown |= {one for swap in swaps for one in (swap.giver, swap.taker) if one is not None}
    return {member.pk for member in shown if may_read(actor, member)}


def _month(request: HttpRequest, today: date) -> date:
    try:
        day = date.fromisoformat(request.GET.get("month", "") + "-01")
    except ValueError:
        day = today
    return (day if abs(day.year - today.year) <= 1 else today).replace(day=1)


def _made(request: HttpRequest, form: TurnsForm) -> bool:
    given = form.cleaned_data
    try:
        post = given["post"] or rota.make_post(
            request.actor, given["name"], unit=given["unit"], on_sheet=given["on_sheet"],
            swaps_approved=not given["free_swaps"],
        )  # fmt: skip
        turns = rota.TurnsInput(given["first"], given["last"], given["from_time"], given["to_time"], given["heads"])
        count = rota.add_turns(request.actor, post, turns)
    except MusterError as error:
        form.add_error(None, sentence(error))
        return False
    messages.success(request, _("%(n)s turns are on the rota.") % {"n": count})
    return True


def _act(request: HttpRequest) -> None:
    """One button of the month; a refusal is said on the page, which shows how things stand now."""
    acts: dict[str, Callable[[HttpRequest], object]] = {
        "sign-up": lambda r: rota.sign_up(r.actor, _row(r, DutyTurn), _whom(r)),
        "give-up": lambda r: rota.give_up(r.actor, _row(r, DutySeat)),
        "offer": lambda r: rota.offer_seat(r.actor, _row(r, DutySeat)),
        "take": lambda r: rota.take_offer(r.actor, _row(r, DutySwap), _whom(r)),
        "approve": lambda r: rota.approve_swap(r.actor, _row(r, DutySwap), yes=True),
        "refuse": lambda r: rota.approve_swap(r.actor, _row(r, DutySwap), yes=False),
        "back": lambda r: rota.take_back_offer(r.actor, _row(r, DutySwap)),
    }
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise NotFound("service.swap_over")
    try:
        act(request)
    except MusterError as error:
        if error.http_status == 403:
            raise
        messages.error(request, sentence(error))
    else:
        messages.success(request, _("Entered on the rota."))


def _row(request: HttpRequest, model: Any) -> Any:
    key = request.POST.get("row", "")
    row = model.objects.filter(pk=int(key)).first() if key.isascii() and key.isdigit() and len(key) < 19 else None
    if row is None:
        raise NotFound("service.swap_over")
    return row


def _whom(request: HttpRequest) -> Member:
    return member_by_number(request.actor, request.POST.get("member", "").strip() or request.actor.member_ref)
