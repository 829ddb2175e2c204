"""What a callout may expect of texts while the gateway is known to take none (see `texts_stuck_since`).

The assumption: nobody knows when it will take texts again, so a NEW alert by text comes to nobody in time, and an alert
whose text has not left counts like one that was not delivered: only a telephone call helps. Whoever is called by the
call list counts as always. As soon as the gateway takes one text the next answer counts on texts again, by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from muster.apps.channels.gates import gateway_url
from muster.apps.channels.reads import texts_stuck_since
from muster.apps.incidents.models import Alert, Callout
from muster.apps.incidents.states import WAITING
from muster.apps.people.models import Member
from muster.apps.people.reads import MemberArrays

THROUGH_LEAD = "lead"


@dataclass(frozen=True, slots=True, eq=False)
class Texting:
    """stuck: the gateway takes nothing; muted: rows of the members whom a new alert would go to by text, none unless it is
    stuck; unsent: ids of alerts whose text has not left then, and of those called through such a lead."""

    stuck: bool
    muted: np.ndarray
    unsent: frozenset[int]


def texting_of(callout: Callout, alerts: Sequence[Alert], arrays: MemberArrays) -> Texting:
    """One query while the gateway takes texts. `alerts`: all of the callout."""
    exercise = callout.incident.is_exercise
    # Without a gateway everybody goes by the call list anyway.
    if not gateway_url(exercise) or texts_stuck_since(exercise) is None:
        return Texting(False, np.zeros(len(arrays), bool), frozenset())
    by_telephone = np.fromiter(Member.objects.filter(prefers="call_list").values_list("pk", flat=True), np.int64)
    muted = arrays.phone & ~np.isin(arrays.ids, by_telephone)
    unsent = {row.pk for row in alerts if row.channel == "sms" and row.sent_at is None and row.state in WAITING}
    led = {
        row.pk for row in alerts if row.channel == THROUGH_LEAD and row.through_id in unsent and row.state in WAITING
    }
    return Texting(True, muted, frozenset(unsent | led))
