"""One page for the engine, in exercise homes only: is there work left that the system has not done?"""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from muster.access.pages import public
from muster.apps.channels.reads import outbox_hopeful
from muster.apps.incidents.jobs import unsolved
from muster.apps.incidents.models import Callout
from muster.apps.incidents.states import RUNNING, UNAPPROVED
from muster.apps.people.models import ImportRun, ImportState
from muster.core.errors import NotFound
from muster.jobs.clock import is_exercise_home

BUSY_IMPORTS = (ImportState.QUEUED, ImportState.CHECKING, ImportState.COMMITTING)


@public
@require_GET
@never_cache
def idle(_request: HttpRequest) -> JsonResponse:
    """Counts without personal data.

    "outbox", "unsolved", "imports": work that could be done now, all 0 when the system has caught up; a text that was
    tried twice in vain and waits for its next try is none. "proposed", "releasable": people the newest answers would call or
    let go, so that the desk need not open pages on which nothing stands; "weak": of the proposed those with whom the target
    is still missed."""
    if not is_exercise_home():
        raise NotFound("exercise.not_an_exercise_home")
    imports = ImportRun.objects.filter(state__in=BUSY_IMPORTS)
    work = {"unsolved": unsolved(), "outbox": outbox_hopeful(), "imports": imports.count()}
    return JsonResponse({**work, **_on_the_table()})


def _on_the_table() -> dict[str, int]:
    proposed = releasable = weak = 0
    for callout in Callout.objects.filter(state__in=[*UNAPPROVED, *RUNNING]):
        run = callout.solve_runs.order_by("-pk").first()
        if run is None:
            continue
        if not callout.waves.filter(solve_run_id__gte=run.pk).exists():
            proposed += len(run.proposal)
            weak += len(run.proposal) * ((run.proposed_p_low or 0.0) < callout.target)
        releasable += len(run.releasable) if callout.state in RUNNING else 0
    return {"proposed": proposed, "releasable": releasable, "weak": weak}
