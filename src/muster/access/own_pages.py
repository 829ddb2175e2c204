"""My account: my role and what was lent to me, the duty, my second factor, where I am signed in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from muster.access import directory
from muster.access.handover import actions as duty
from muster.access.handover import reads as duties
from muster.access.lending import actions as lendings
from muster.access.lending import reads as lent
from muster.access.models import Account, Role
from muster.access.pages import needs, signed_in
from muster.access.rights import Right
from muster.access.second_factor.reads import has_one, is_required
from muster.access.sessions import actions as sessions
from muster.access.sessions.reads import sessions_of
from muster.core.errors import InvalidInput

BACK = "own-account"


def number(text: str) -> int:
    """A number typed or chosen; 0, which is nobody's, for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def _done(name: str = BACK) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(name))


@signed_in
def own_account(request: HttpRequest) -> HttpResponse:
    account = Account.objects.get(user=request.user)
    may_hold = account.role in duties.TAKERS and not account.unit_path
    holder, offer = duties.holder(), duties.open_offer()
    context = {
        "account": account,
        "unit": dict(directory.units()).get(account.unit_path, account.unit_path),
        "own_role": Role(account.role).label,
        "lending": lent.lending_of(account),
        "glass": lent.glass_for(account),
        "glass_hours": lendings.GLASS_HOURS,
        "may_hold": may_hold,
        "holder": holder,
        "holds": holder == account,
        "offer": offer,
        "offered_to_me": offer is not None and offer.taker == account,
        "takers": duties.takers(account) if holder == account and offer is None else [],
        "sessions": sessions_of(request.user, request.session.session_key or ""),
        "factor": has_one(request.user),
        "factor_needed": is_required(request.actor.role),
    }
    return render(request, "access/own.html", context)


@signed_in
@require_POST
def session_end(request: HttpRequest) -> HttpResponse:
    """`which` is the number of a session, or "others"."""
    which = request.POST.get("which", "")
    if which == "others":
        sessions.end_others(request.actor, request.user, request.session.session_key or "")
    else:
        sessions.end_one(request.actor, request.user, number(which))
    return _done()


@signed_in
@require_POST
def duty_hand(request: HttpRequest) -> HttpResponse:
    """`do` is take, offer (`to`, `note`), accept, decline or back (`pk`)."""
    do, pk = request.POST.get("do", ""), number(request.POST.get("pk", ""))
    if do == "take":
        duty.take_free_duty(request.actor)
    elif do == "offer":
        duty.offer(request.actor, number(request.POST.get("to", "")), request.POST.get("note", ""))
    elif do == "back":
        duty.take_back(request.actor, pk)
    elif do in ("accept", "decline"):
        duty.answer(request.actor, pk, accept=do == "accept")
    else:
        raise InvalidInput("access.offer_gone")
    return _done()


@signed_in
@require_POST
def glass_break(request: HttpRequest) -> HttpResponse:
    account = Account.objects.get(user=request.user)
    lendings.break_glass(request.actor, account, request.POST.get("role", ""), reason=request.POST.get("reason", ""))
    return _done()


@signed_in
@require_POST
def lending_end(request: HttpRequest) -> HttpResponse:
    lendings.end(request.actor, number(request.POST.get("pk", "")))
    return _done("lend" if request.POST.get("from") == "lend" else BACK)


@needs(Right.ELEVATE)
@require_POST
def glass_seen(request: HttpRequest) -> HttpResponse:
    lendings.take_note(request.actor, number(request.POST.get("pk", "")))
    return _done("lend")
