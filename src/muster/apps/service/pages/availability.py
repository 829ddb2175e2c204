"""When somebody can be called: his week as a picture, his rules, and the form; his own page and that of his officer."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.people.models import Member
from muster.apps.people.reads import member_by_number
from muster.apps.service import actions
from muster.apps.service.forms import AvailabilityForm
from muster.apps.service.models import AvailabilityRule
from muster.apps.service.reads.availability import now_of, own_rules, week_of
from muster.core.errors import Conflict, InvalidInput, NotFound
from muster.core.units import beijing_day
from muster.jobs import clock
from muster.web.errors import sentence


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.SEE_OWN)
def own_availability(request: HttpRequest) -> HttpResponse:
    """The member's own."""
    return _page(request, member_by_number(request.actor, request.actor.member_ref), own=True)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.EDIT_PEOPLE)
def availability_of(request: HttpRequest, number: str) -> HttpResponse:
    """That of somebody whom the actor sees: a person without a telephone has it entered for him."""
    return _page(request, member_by_number(request.actor, number), own=False)


def _page(request: HttpRequest, member: Member, *, own: bool) -> HttpResponse:
    now = clock.now()
    today = beijing_day(now)
    act = request.POST.get("act", "") if request.method == "POST" else ""
    form = AvailabilityForm(request.POST if act == "say" else None, today=today)
    if act in {"take-back", "leave-out"}:
        _change(request, member, act)
        return redirect(request.get_full_path())
    if act == "say" and form.is_valid() and _said(request, member, form):
        messages.success(request, _("Entered. It counts from now on."))
        return redirect(request.get_full_path())
    rules = own_rules(member, now)
    first = _week(request, today)
    context = {
        "nav": "me" if own else "people", "own": own, "member": member, "form": form, "rules": rules,
        "now_state": now_of(member, now), "today": today, "week": week_of(rules, first), "first": first,
        "before": first - timedelta(days=7), "after": first + timedelta(days=7),
    }  # fmt: skip
    return render(request, "service/availability.html", context, status=422 if form.errors else 200)


def _week(request: HttpRequest, today: date) -> date:
    """Monday of the week asked for, of this one otherwise."""
    try:
        day = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        day = today
    day = day if abs(day.year - today.year) <= 1 else today
    return day - timedelta(days=day.weekday())


def _said(request: HttpRequest, member: Member, form: AvailabilityForm) -> bool:
    try:
        actions.say_availability(request.actor, member, form.as_input())
    except (Conflict, InvalidInput) as error:
        form.add_error(None if isinstance(error, Conflict) else "starts_on", sentence(error))
        return False
    return True


def _change(request: HttpRequest, member: Member, act: str) -> None:
    key = request.POST.get("rule", "")
    known = key.isascii() and key.isdigit() and len(key) < 19
    rule = AvailabilityRule.objects.filter(member=member, pk=int(key)).first() if known else None
    if rule is None:
        raise NotFound("service.availability_gone")
    if act == "take-back":
        actions.take_back_availability(request.actor, rule)
        messages.success(request, _("Taken back. It does not count any more."))
        return
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError as error:
        raise InvalidInput("service.availability_not_then") from error
    actions.leave_out_day(request.actor, rule, day)
    messages.success(request, _("On that day it does not count."))
