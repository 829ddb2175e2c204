"""The import lane: takes over files, and fits the response model anew when there is more to learn from."""

from __future__ import annotations

import structlog

from muster.apps.people import jobs as people_jobs
from muster.apps.service.actions import refit_response_model, settle_fit
from muster.apps.service.reads.fitting import fit_wanted
from muster.jobs import clock
from muster.jobs.lanes import Lane
from muster.planning.problem import InvalidProblem

log = structlog.get_logger(__name__)


def learn_step() -> bool:
    """Fit the model if something was learned since it was fitted; False when there is nothing to do.

    Answers that no model can be fitted to leave the one before in force, and are not tried again before others come."""
    wanted = fit_wanted()
    if wanted is None:
        return False
    try:
        refit_response_model(clock.now())
    except InvalidProblem as error:
        log.error("response_model.not_fitted", code=error.code)
        settle_fit(wanted)
    return True


def step() -> bool:
    """Imports go first: somebody waits in front of the page."""
    return people_jobs.step() or learn_step()


IMPORT_LANE = Lane(name="import", step=step, idle_seconds=people_jobs.IDLE_SECONDS)
