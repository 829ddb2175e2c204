"""/comms-tests/: starting tests of the channels, their schedule, their history, and what each of them found."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from muster.access.pages import needs
from muster.access.rights import Right, check
from muster.apps.channels import comms_reads as reads
from muster.apps.channels.actions import set_schedule, start_test, stop_test
from muster.apps.channels.actions.testing import OPEN, runs_incident
from muster.apps.channels.models import CHANNELS
from muster.apps.channels.testing import DAY_BEGINS, DAY_ENDS, channels_of, probe_text
from muster.apps.people.forms import dress
from muster.apps.people.models import Unit
from muster.apps.people.reads.scope import visible_units
from muster.codecs import sms
from muster.core.errors import MusterError
from muster.jobs import clock
from muster.web.errors import sentence
from muster.web.show import label

SHOWN_UNITS, SHOWN_PEOPLE = 25, 30


class _Units(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return label(obj)


class StartForm(forms.Form):
    """Who is asked, and on which channels."""

    unit = _Units(
        Unit.objects.none(), label=gettext_lazy("Who is asked"), required=False,
        empty_label=gettext_lazy("Everybody"),
    )  # fmt: skip
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("Channels"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one channel.")},
    )  # fmt: skip

    def __init__(self, request: HttpRequest, usable: list[str]) -> None:
        posted = request.POST if request.POST.get("act") == "start" else None
        super().__init__(posted, initial={"channels": usable}, prefix=None)
        self.fields["unit"].queryset = visible_units(request.actor).exclude(kind="village").exclude(kind="office")
        self.fields["channels"].choices = [(name, word) for name, word in CHANNELS if name in usable]
        self.fields["unit"].widget.attrs["class"] = "form-select"


class ScheduleForm(forms.Form):
    """How often tests begin by themselves, and when on the day."""

    every_days = forms.TypedChoiceField(
        label=gettext_lazy("A test begins by itself"), coerce=int,
        choices=[
            (0, pgettext_lazy("comms test", "never")), (30, gettext_lazy("every 30 days")),
            (91, gettext_lazy("every quarter (91 days)")), (182, gettext_lazy("every half year (182 days)")),
            (365, gettext_lazy("every year (365 days)")),
        ],
    )  # fmt: skip
    hour = forms.TypedChoiceField(
        label=gettext_lazy("at this hour"), coerce=int,
        choices=[(hour, f"{hour:02d}:00") for hour in range(DAY_BEGINS, DAY_ENDS)],
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@needs(Right.SEE_PEOPLE)
def comms_tests(request: HttpRequest) -> HttpResponse:
    """The list, and for those who may the forms. 422 with the words at their fields when one is refused."""
    exercise = clock.is_exercise_home()
    usable = channels_of(exercise)
    start = StartForm(request, usable)
    set_now, act = reads.schedule(), request.POST.get("act")
    current = {"every_days": set_now.every_days, "hour": set_now.hour} if set_now else {"every_days": 0, "hour": 10}
    plan = ScheduleForm(request.POST if act == "schedule" else None, initial=current)
    if request.method == "POST":
        check(request.actor, Right.TEST_CHANNELS)
        done = _start(request, start) if act == "start" else _schedule(request, plan)
        if done is not None:
            return done
    tests = reads.tests_for(request.actor)
    body = probe_text("sms", exercise)
    context = {
        "nav": "people", "tests": tests, "start": start, "plan": plan, "usable": usable, "next_at": reads.next_at(),
        "may_test": request.actor.may(Right.TEST_CHANNELS), "running": [test for test in tests if test.state in OPEN],
        "incident": runs_incident(), "line": reads.comms_line(request.actor, clock.now()), "body": body,
        "size": sms.length(body),
    }  # fmt: skip
    return render(request, "channels/comms_tests.html", context, status=422 if start.errors or plan.errors else 200)


def _start(request: HttpRequest, form: StartForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    try:
        test = start_test(request.actor, unit=form.cleaned_data["unit"], channels=form.cleaned_data["channels"])
    except MusterError as error:
        if error.http_status == 403:
            raise
        form.add_error(None, sentence(error))
        return None
    messages.success(request, _("The test has begun. Answers come in over the next hours."))
    return redirect("comms-test", test_id=test.pk)


def _schedule(request: HttpRequest, form: ScheduleForm) -> HttpResponse | None:
    if not form.is_valid():
        return None
    set_schedule(request.actor, form.cleaned_data["every_days"], form.cleaned_data["hour"])
    messages.success(request, _("The schedule is set."))
    return redirect("comms-tests")


@require_safe
@never_cache
@needs(Right.SEE_PEOPLE)
def comms_test(request: HttpRequest, test_id: int) -> HttpResponse:
    """What one test found among the people whom the viewer may see."""
    test = reads.comms_test(request.actor, test_id)
    result = reads.result_of(request.actor, test, clock.now())
    every = "all" in request.GET
    context = {
        "nav": "people", "test": test, "result": result, "open": test.state in OPEN, "exercise": test.exercise,
        "units": result.units if every else result.units[:SHOWN_UNITS],
        "people": result.unreachable if every else result.unreachable[:SHOWN_PEOPLE],
        "more": not every and (len(result.units) > SHOWN_UNITS or len(result.unreachable) > SHOWN_PEOPLE),
        "may_test": request.actor.may(Right.TEST_CHANNELS), "may_edit": request.actor.may(Right.EDIT_PEOPLE),
    }  # fmt: skip
    return render(request, "channels/comms_test.html", context)


@require_POST
@needs(Right.TEST_CHANNELS)
def comms_stop(request: HttpRequest, test_id: int) -> HttpResponse:
    """Nothing more is sent."""
    stop_test(request.actor, test_id)
    messages.success(request, _("The test is stopped. What came in so far is kept."))
    return redirect("comms-test", test_id=test_id)
