"""The checks' part of the solve lane: answers shipped plans when no callout wants the planner."""

from __future__ import annotations

import time

import structlog

from muster.apps.people.models import Member
from muster.apps.plans.actions import checks as acts
from muster.apps.plans.checks import open_checks
from muster.apps.plans.models import CheckState, PlanCheck
from muster.apps.plans.proving import Late, answer, mend
from muster.apps.plans.shipped import template
from muster.core.errors import MusterError
from muster.planning.solve import SolveTimeout

log = structlog.get_logger(__name__)

MOST_SECONDS = 180.0
LOOK_EVERY_SECONDS = 0.1


def check_step(wanted_elsewhere: Late) -> bool:
    """Do one step of one check; False when none waits, nobody is on the books yet, or a callout came between.

    `wanted_elsewhere` is asked again and again while the planner works: as soon as it says True the step is dropped, so
    that a callout never waits; the step is done anew afterwards.
    """
    rows = open_checks()
    if not rows or not Member.objects.exists():
        return False
    row, late = rows[0], _Late(wanted_elsewhere)
    try:
        if row.state == CheckState.WANTED:
            _answer(row, late)
        else:
            acts.store_repairs(row, mend(template(row.template), row.at, row.result, row.roster_hash, late))
    except SolveTimeout:
        if late.too_long:
            acts.give_up_check(row, "plans.check_too_long")
        return late.too_long
    except MusterError as error:
        log.error("check.failed", check=row.pk, template=row.template, code=error.code)
        acts.give_up_check(row, error.code)
    return True


def _answer(row: PlanCheck, late: _Late) -> None:
    began = time.monotonic()
    acts.begin(row)
    acts.store_answer(row, answer(template(row.template), row.at, late), began)


class _Late:
    """Asks the other side at most ten times a second, and gives up by itself after three minutes."""

    def __init__(self, wanted_elsewhere: Late) -> None:
        self.wanted_elsewhere = wanted_elsewhere
        self.until = time.monotonic() + MOST_SECONDS
        self.next = 0.0
        self.too_long = False

    def __call__(self) -> bool:
        now = time.monotonic()
        self.too_long = now > self.until
        if self.too_long:
            return True
        if now < self.next:
            return False
        self.next = now + LOOK_EVERY_SECONDS
        return self.wanted_elsewhere()
