"""The panel that breaks things on purpose: /exercise/<id>/break/, in exercise homes alone."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from muster.access.pages import needs
from muster.access.rights import Actor, Right
from muster.apps.desk import regions
from muster.apps.incidents import reads
from muster.apps.incidents.models import Incident
from muster.apps.people.reads.places import place_name
from muster.core.errors import InvalidInput, MusterError, NotFound
from muster.exercise import actions
from muster.exercise.break_reads import bridges_in_english, panel
from muster.exercise.trouble import LOST_PER_CENT, SLOW_SECONDS, WHOLE
from muster.jobs.clock import is_exercise_home
from muster.web.errors import sentence
from muster.web.show import in_chinese


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Right.PROPOSE)
@never_cache
def break_panel(request: HttpRequest, incident_id: int) -> HttpResponse:
    """What can be broken and mended; the verdict above it is live. 404 for anything but an exercise."""
    callout = reads.callout_of(request.actor, incident_id)
    if not is_exercise_home() or not callout.incident.is_exercise:
        raise NotFound("exercise.not_an_exercise_home")
    if request.method == "POST":
        _act(request, callout.incident)
        return redirect("exercise-break", incident_id=incident_id)
    board = reads.board(callout, request.actor)
    page = {
        "nav": "duty", "exercise": True, "panel": panel(callout), "lost": LOST_PER_CENT, "slow": int(SLOW_SECONDS),
    }  # fmt: skip
    return render(request, "exercise/break.html", regions.context(board, request.actor) | page)


def _act(request: HttpRequest, incident: Incident) -> None:
    """Do what the button says. What can not be done is a sentence on the panel: the next try is one press away."""
    act = ACTS.get(request.POST.get("do", ""))
    if act is None:
        raise InvalidInput("exercise.no_such_trouble")
    try:
        done, said = act(request.actor, incident, request.POST.get("what", ""))
    except MusterError as error:
        if error.http_status in (403, 404):
            raise
        messages.error(request, sentence(error))
        return
    (messages.success if done else messages.warning)(request, said)


Said = tuple[bool, str]


def _close_bridge(actor: Actor, incident: Incident, name: str) -> Said:
    actions.close_bridge(actor, incident, name)
    return True, _("%(name)s is closed. All times are being computed anew.") % {"name": _bridge(name)}


def _open_bridge(actor: Actor, incident: Incident, name: str) -> Said:
    actions.open_bridge(actor, incident, name)
    return True, _("%(name)s is open again.") % {"name": _bridge(name)}


def _bridge(name: str) -> str:
    return name if in_chinese() else bridges_in_english().get(name, name)


def _gateway(actor: Actor, incident: Incident, mode: str) -> Said:
    actions.set_gateway(actor, incident, mode)
    if mode == WHOLE:
        return True, _("The SMS gateway works again; what waited goes out within a minute.")
    return True, _("Done. It shows with the texts that leave from now on: approve, or call more.")


def _cut_off(actor: Actor, incident: Incident, path: str) -> Said:
    unit = actions.cut_off(actor, incident, path)
    return True, _("%(name)s has no network any more.") % {"name": place_name(unit)}


def _bring_back(actor: Actor, incident: Incident, path: str) -> Said:
    actions.bring_back(actor, incident, path)
    return True, _("The network is back.")


def _kill(actor: Actor, incident: Incident, lane: str) -> Said:
    seconds = actions.kill_lane(actor, incident, lane)
    if seconds is None:
        return False, _("Killed, and not back yet: the supervisor goes on trying, ever more slowly.")
    return True, _("Killed, and back at work after %(seconds)s s. Nothing is lost: all work waits in the database.") % {
        "seconds": f"{seconds:.1f}"
    }


ACTS: dict[str, Callable[[Actor, Incident, str], Said]] = {
    "close-bridge": _close_bridge,
    "open-bridge": _open_bridge,
    "gateway": _gateway,
    "cut-off": _cut_off,
    "bring-back": _bring_back,
    "kill": _kill,
}
