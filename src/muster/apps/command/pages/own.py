"""/command/mine/: a member reads the task that he was given, and takes it on or refuses it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from muster.access.pages import needs
from muster.access.rights import Right
from muster.apps.command.actions.tasks import answer_own_task, confirm_read
from muster.apps.command.reads.work import own_task, own_tasks
from muster.apps.incidents.pages.common import is_number
from muster.core.errors import MusterError
from muster.jobs import clock


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.SEE_OWN)
def command_mine(request: HttpRequest) -> HttpResponse:
    """The member's own tasks."""
    refused, typed = None, ""
    if request.method == "POST":
        typed = request.POST.get("reason", "")
        try:
            _answer(request, typed)
            messages.success(request, _("Thank you, the command post knows."))
            return redirect("command-mine")
        except MusterError as error:
            refused = error
    views = own_tasks(request.actor, clock.now())
    page = {"nav": "me", "views": views, "refused": refused, "typed": typed, "tried": request.POST.get("task", "")}
    page["exercise"] = any(view.task.incident.is_exercise for view in views)
    return render(request, "command/mine.html", page, status=422 if refused else 200)


def _answer(request: HttpRequest, reason: str) -> None:
    wanted = request.POST.get("task", "")
    task = own_task(request.actor, int(wanted) if is_number(wanted) else 0, clock.now())
    to = request.POST.get("to", "")
    if to == "read":
        confirm_read(request.actor, task.incident_id, task.pk, "self")
    else:
        answer_own_task(request.actor, task.incident_id, task.pk, to, reason)
