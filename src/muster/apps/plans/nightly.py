"""The proof of every night, and of the plans that a change touches in between: who has to be asked again, and when.

Questions are asked here, in the keep lane, which has time; the solve lane answers them. MUSTER_PROVE_AT (03:10, Beijing time)
is the hour of the night. A plan is asked

- every night: its newest question is older than the last hour of the night (a machine that slept through it catches up);
- when it was never asked, as soon as it is there;
- when something that it hangs on has changed since its newest answer (`books.touch_of`): its own needs, target or muster
  points, the response model, or of those who hold a capability that it asks for: who they are, whether they may be called and
  are free, and their minutes on the road, so also a closure, a moved muster point or a callout that keeps them busy.
  What nobody entered (a notice of absence that begins, a certificate that runs out) is seen by the next night.
"""

from __future__ import annotations

import time as monotonic_time
from datetime import datetime, time, timedelta

import structlog
from django.conf import settings
from django.db import DatabaseError, OperationalError
from django.db.models import Max

from muster.access.rights import SYSTEM
from muster.apps.maps.reads import roads_at
from muster.apps.people.models import Member
from muster.apps.plans.actions.checks import ask_about
from muster.apps.plans.actions.writing import STREAM
from muster.apps.plans.books import books_at, touch_of
from muster.apps.plans.checks import BOOKS, books_seq, own_templates
from muster.apps.plans.models import CheckState, Plan, PlanCheck
from muster.apps.plans.shipped import Template
from muster.apps.service.reads import committed_ids, model_in_force
from muster.core.errors import MusterError
from muster.core.units import beijing_day, from_beijing
from muster.jobs import clock
from muster.journal.models import Entry

USUAL_TIME = time(3, 10)
LOOK_SECONDS = 60.0
AGAIN_SECONDS = 300.0

log = structlog.get_logger(__name__)


def night_time() -> time:
    """The hour of the night, Beijing wall clock; the usual one when the setting can not be read."""
    try:
        return time.fromisoformat(settings.MUSTER_PROVE_AT).replace(tzinfo=None)
    except ValueError:
        return USUAL_TIME


def last_night(at: datetime) -> datetime:
    """The last hour of the night at or before `at`."""
    tonight = from_beijing(datetime.combine(beijing_day(at), night_time()))
    return tonight if tonight <= at else tonight - timedelta(days=1)


def due(at: datetime) -> list[Template]:
    """The office's plans whose newest question is older than the last hour of the night, or that were never asked."""
    asked = dict(PlanCheck.objects.order_by().values_list("template").annotate(newest=Max("asked_at")))
    since = last_night(at)
    return [one for one in own_templates() if one.slug not in asked or asked[one.slug] < since]


def touched(at: datetime) -> list[Template]:
    """The office's plans that hang on something else than at their newest answer. Reads the books once."""
    newest = PlanCheck.objects.exclude(state=CheckState.WANTED).order_by().values("template").annotate(pk=Max("pk"))
    known = dict(PlanCheck.objects.filter(pk__in=newest.values("pk")).values_list("template", "touch"))
    asked = [one for one in own_templates() if known.get(one.slug)]
    books = books_at(at) if asked else None
    if books is None:
        return []
    return [one for one in asked if touch_of(one, books, books.spots(one.points)) != known[one.slug]]


def fingerprint(at: datetime) -> str:
    """Changes whenever something was entered that may touch a plan; cheap, for it is looked at every minute."""
    places = Entry.objects.filter(stream__name=STREAM).exclude(action__startswith="check.").aggregate(last=Max("seq"))
    model = model_in_force()
    busy = sorted(committed_ids(at, exercises=False))
    newest = Plan.objects.aggregate(last=Max("changed_at"))["last"]
    return repr((BOOKS, books_seq(), places["last"], newest, roads_at(at).key, model and model.pk, busy))


class Nights:
    """One lane's look at what is due; `step` tells whether something was asked."""

    def __init__(self) -> None:
        self._next_look = float("-inf")
        self._seen = ""

    def step(self) -> bool:
        if monotonic_time.monotonic() < self._next_look:
            return False
        self._next_look = monotonic_time.monotonic() + LOOK_SECONDS
        try:
            return self.look(clock.now())
        except OperationalError:  # a database that is away: the lane waits for it
            raise
        except (MusterError, DatabaseError) as error:  # backups share this lane and must go on
            log.error("nightly.failed", code=getattr(error, "code", type(error).__name__))
            self._next_look = monotonic_time.monotonic() + AGAIN_SECONDS
            return False

    def look(self, at: datetime) -> bool:
        """Ask what is due; only when nothing is and something was entered since the last look, what is touched."""
        if not Member.objects.exists():
            return False
        asked = due(at)
        now = fingerprint(at)
        if not asked and now != self._seen:
            asked = touched(at)
        self._seen = now
        count = ask_about(SYSTEM, asked)
        if count:
            log.info("nightly.asked", plans=count)
        return count > 0
