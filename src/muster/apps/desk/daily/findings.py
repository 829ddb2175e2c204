"""What the system itself knows to be wrong today, worst first: people, channels, lists, roads, the machine.

A finding is {"code", "n"} with words in daily.words, or {"code": "machine", "zh", "en"}: what is wrong with the machine is
known to the top of the program alone, which says it in both languages (settings.MUSTER_MACHINE_TROUBLES).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.utils.module_loading import import_string

from muster.apps.channels.models import MessageState, OutMessage
from muster.apps.channels.reads import gateway_trouble, strange_texts
from muster.apps.channels.relay_reads import relay_state
from muster.apps.maps.reads import closures_at
from muster.apps.people.actions.mending import open_rows
from muster.apps.people.models import ImportRun, ImportState
from muster.apps.people.reads import MemberArrays
from muster.jobs.clock import is_exercise_home

LOOK_BACK = timedelta(days=30)
TEXTS_BACK = timedelta(days=1)
RUNS_BACK = 5


def findings(people: MemberArrays, at: datetime) -> list[dict[str, Any]]:
    """Only what is wrong; an empty list is good news."""
    exercise = is_exercise_home()
    trouble, relay = gateway_trouble(exercise, at), relay_state().trouble
    found: list[dict[str, Any]] = [
        {"code": "machine", **said} for said in import_string(settings.MUSTER_MACHINE_TROUBLES)()
    ]
    found += [{"code": f"gateway_{trouble}", "n": 1}] if trouble else []
    found += [{"code": relay, "n": 1}] if relay else []
    counted = {
        "no_phone": int((~people.phone).sum()),
        "withdrawn": int(people.withdrawn.sum()),
        "undelivered": _undelivered(exercise, at),
        "no_home": int((~np.isfinite(people.lon)).sum()),
        "import_rows": _import_rows(),
        "texts": len(strange_texts(exercise, at - TEXTS_BACK)),
        "closures": closures_at(at).count(),
    }
    return found + [{"code": code, "n": n} for code, n in counted.items() if n]


def _undelivered(exercise: bool, at: datetime) -> int:
    """People whose last callout in 30 days could not be delivered: their numbers are probably wrong."""
    recent = OutMessage.objects.filter(kind="alert", exercise=exercise, queued_at__gt=at - LOOK_BACK, queued_at__lte=at)
    last = dict(recent.order_by("pk").values_list("member_id", "state"))
    return sum(state == MessageState.FAILED for state in last.values())


def _import_rows() -> int:
    """Refused rows of the last imports that still wait to be mended in place."""
    runs = ImportRun.objects.filter(state=ImportState.DONE).exclude(file_path="").order_by("-pk")[:RUNS_BACK]
    return sum(len(rest.rows) for rest in map(open_rows, runs) if rest is not None)
