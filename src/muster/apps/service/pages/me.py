"""A member's own page: what is on the books of him (numbers masked), his duties and pay, his away notices."""

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
from muster.apps.people.forms import AwayForm
from muster.apps.people.models import AwayNotice
from muster.apps.people.reads import member_by_number
from muster.apps.service.reads.card import member_card, open_commitment, own_duties
from muster.core.errors import NotFound
from muster.jobs import clock


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.SEE_OWN)
def my_page(request: HttpRequest) -> HttpResponse:
    member = member_by_number(request.actor, request.actor.member_ref)
    form = AwayForm(request.POST or None, prefix="away")
    if request.method == "POST":
        if request.POST.get("act") == "away-cancel":
            key = request.POST.get("notice", "")
            is_key = key.isascii() and key.isdigit() and len(key) < 19
            notice = AwayNotice.objects.filter(member=member, pk=int(key)).first() if is_key else None
            if notice is None:
                raise NotFound("people.away_unknown")
            actions.cancel_away(request.actor, notice)
            messages.success(request, _("The absence was taken back."))
            return redirect("my-page")
        if form.is_valid():
            actions.add_away(request.actor, member, **form.cleaned_data)
            messages.success(request, _("Entered. You will not be called while away."))
            return redirect("my-page")
    now = clock.now()
    context = {
        "nav": "me",
        "now": now,
        "card": member_card(member, now),
        "duties": own_duties(member),
        "taken": open_commitment(member),
        "away_form": form,
    }
    return render(request, "service/me.html", context, status=422 if form.errors else 200)
