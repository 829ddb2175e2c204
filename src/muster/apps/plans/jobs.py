"""The checks' part of the solve lane when no callout wants the planner: answers, then what mends them, then loss tests."""

from __future__ import annotations

import time
from typing import ClassVar

import structlog

from muster.apps.people.models import Member
from muster.apps.plans.actions import checks as acts
from muster.apps.plans.checks import open_checks, untested
from muster.apps.plans.losing import loss_test
from muster.apps.plans.models import CheckState, PlanCheck
from muster.apps.plans.proof import prove_all
from muster.apps.plans.proving import Late, answer, mend
from muster.apps.plans.shipped import Template, template
from muster.core.errors import MusterError
from muster.planning.solve import SolveTimeout

log = structlog.get_logger(__name__)

MOST_SECONDS = 180.0
LOOK_EVERY_SECONDS = 0.1
MANY = 8
"""From so many waiting questions on, processes of their own are worth their start."""
SINGLY_SECONDS = 60.0
LOSSES_EVERY_SECONDS = 10.0


def check_step(wanted_elsewhere: Late) -> bool:
    """Do one step of one check; False when none waits, nobody is on the books yet, or a callout came between.

    `wanted_elsewhere` is asked again and again while the planner works: as soon as it says True the step is dropped, so
    that a callout never waits; the step is done anew afterwards.
    """
    rows = open_checks()
    if not rows:
        return _loss_step(wanted_elsewhere)
    if not Member.objects.exists():
        return False
    row, late = rows[0], _Late(wanted_elsewhere)
    waiting = [one for one in rows if one.state == CheckState.WANTED]
    if len(waiting) >= MANY and time.monotonic() >= _singly.until:
        return _answer_many(waiting, late)
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


def _answer_many(rows: list[PlanCheck], late: _Late) -> bool:
    """As many at once as there are processors; what is answered by the time a callout comes is kept. As long as callouts
    keep coming, the next are taken one by one: starting the processes would take longer than the pauses are."""
    began, by_slug, asked = time.monotonic(), dict[str, PlanCheck](), list[Template]()
    for row in rows:
        acts.begin(row)
        try:
            asked.append(template(row.template))
        except MusterError as error:
            acts.give_up_check(row, error.code)
            continue
        by_slug[row.template] = row
    try:
        prove_all(
            asked,
            rows[0].at,
            late=late,
            keep=lambda one: acts.store_answer(by_slug[one.template.slug], one.answer, began),
        )
    except SolveTimeout:
        _singly.until = time.monotonic() + SINGLY_SECONDS
        return False
    return True


def _loss_step(wanted_elsewhere: Late) -> bool:
    """With every question answered and mended: the loss test of one plan that holds. An answer whose books have moved on gets
    none; its plan is asked again by the night, or as soon as it is touched. Looked for once in ten seconds."""
    if time.monotonic() < _losses.next_look:
        return False
    row = next((one for one in untested() if one.pk not in _losses.given_up), None)
    if row is None:
        _losses.next_look = time.monotonic() + LOSSES_EVERY_SECONDS
        return False
    began, late = time.monotonic(), _Late(wanted_elsewhere)
    try:
        found = loss_test(template(row.template), row, late)
    except SolveTimeout:
        if late.too_long:
            _losses.given_up.add(row.pk)
        return late.too_long
    except MusterError as error:
        log.error("losses.failed", check=row.pk, code=error.code)
        found = None
    if found is None:
        _losses.given_up.add(row.pk)
    else:
        acts.keep_losses(row, found, time.monotonic() - began)
    return True


class _Losses:
    """When loss tests are looked for next (monotonic seconds), and answers that get none from this process."""

    next_look = float("-inf")
    given_up: ClassVar[set[int]] = set()


_losses = _Losses()


class _Singly:
    """Until when (monotonic seconds) checks are answered one by one."""

    until = float("-inf")


_singly = _Singly()


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
