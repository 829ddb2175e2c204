"""What incidents keep about an erased person: that somebody was called, what became of it and when, but not his words."""

from __future__ import annotations

import secrets

from muster.apps.incidents.models import Alert, Reply, RollCallAnswer
from muster.apps.incidents.models.callout import CalloutState
from muster.apps.incidents.models.incident import IncidentState, Mode
from muster.apps.people.erasure import Part, register
from muster.apps.people.models import Member
from muster.core.ids import token_hash


def hinder(member: Member) -> str:
    """Open callouts need to know whom they called; unsigned reviews need the name for the pay sheet."""
    alerts = Alert.objects.filter(member=member)
    if alerts.exclude(callout__state=CalloutState.CLOSED).exists():
        return "incidents.erase_callout_open"
    came = alerts.filter(callout__incident__mode=Mode.ACTUAL, checked_in_at__isnull=False)
    unpaid = came.filter(callout__incident__state=IncidentState.CLOSED).exists()
    return "incidents.erase_pay_open" if unpaid else ""


def erase(member: Member) -> int:
    """Take out what he wrote and what was noted about him, and make his reply links lead nowhere."""
    rows = Reply.objects.filter(alert__member=member).update(reason="", text="")
    rows += RollCallAnswer.objects.filter(alert__member=member).update(note="")
    for alert in Alert.objects.filter(member=member):
        alert.reason, alert.token_hash = "", token_hash(secrets.token_urlsafe(24))
        alert.save(update_fields=["reason", "token_hash"])
        rows += 1
    return rows


register(Part("incidents", hinder, erase))
