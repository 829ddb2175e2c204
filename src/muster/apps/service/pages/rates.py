"""Pay rates: what a day of duty is worth, and from when on. Whoever sees pay sees them; the office head enters them."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from muster.access.pages import needs
from muster.access.rights import Right, check
from muster.apps.people.forms import in_calendar
from muster.apps.service import actions
from muster.apps.service.actions.rates import MOST_CNY
from muster.apps.service.reads.pay import confirmed_until, rate_rows
from muster.core.errors import Conflict
from muster.core.units import beijing_day
from muster.jobs import clock
from muster.web.errors import sentence


class RateForm(forms.Form):
    valid_from = forms.DateField(
        label=gettext_lazy("Valid from"),
        validators=[in_calendar],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"}),
    )
    cny_per_day = forms.DecimalField(
        label=gettext_lazy("CNY per person and day"),
        min_value=Decimal(0),
        max_value=Decimal(MOST_CNY),
        max_digits=8,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "decimal", "step": "0.01"}),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.SEE_PAY)
def rates_page(request: HttpRequest) -> HttpResponse:
    """The table of rates, newest first, and the form for a new one. 422 with the word at its field when refused."""
    form = RateForm(request.POST or None)
    if request.method == "POST":
        check(request.actor, Right.SET_PAY)
        if form.is_valid() and _entered(request, form):
            messages.success(request, _("The rate is entered."))
            return redirect("pay-rates")
    context = {
        "nav": "review",
        "rows": rate_rows(),
        "today": beijing_day(clock.now()),
        "confirmed": confirmed_until(),
        "form": form if request.actor.may(Right.SET_PAY) else None,
    }
    return render(request, "service/rates.html", context, status=422 if form.errors else 200)


def _entered(request: HttpRequest, form: RateForm) -> bool:
    try:
        actions.set_pay_rate(request.actor, **form.cleaned_data)
    except Conflict as error:
        form.add_error("valid_from", sentence(error))
        return False
    return True
