"""What the rules do with people who say nothing clear, or who said that they come and do not.

Run by the solve lane. Whoever answered that he can not say yet, or not clearly, is asked once more after
MUSTER_UNCLEAR_MINUTES; silent ones after MUSTER_SILENT_MINUTES where the office has set that. Nobody is asked more than
once so: afterwards he stands on the lists to be telephoned. Whoever accepted and is overdue by MUSTER_NO_SHOW_MINUTES
counts as not coming, so that he is replaced like for like; if he comes after all he is checked in as anybody.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from muster.access.rights import SYSTEM
from muster.apps.channels.actions import queue_message
from muster.apps.channels.models import OutMessage
from muster.apps.incidents import wording
from muster.apps.incidents.actions.common import lock, note, want_solve
from muster.apps.incidents.arriving_clock import LEAST_MINUTES, due_of
from muster.apps.incidents.models import Alert
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.states import ALERT_STEPS, COMING, RUNNING, step
from muster.apps.service.actions import free

ASKED_AGAIN = "reminder"


def follow_up(at: datetime) -> int:
    """Ask again who is to be asked again, and give up who is overdue. Returns how many alerts were touched."""
    return sum(_ask(pk, at) for pk in _to_ask(at)) + sum(_give_up(pk, at) for pk in _overdue(at))


def _to_ask(at: datetime) -> list[int]:
    unclear = _unasked().filter(
        state=AlertState.UNCLEAR, replied_at__lte=at - timedelta(minutes=settings.MUSTER_UNCLEAR_MINUTES)
    )
    found = list(unclear.values_list("pk", flat=True))
    if settings.MUSTER_SILENT_MINUTES:
        quiet = _unasked().filter(
            state__in=[AlertState.NOTIFIED, AlertState.DELIVERED], channel="sms", replied_at=None,
            sent_at__lte=at - timedelta(minutes=settings.MUSTER_SILENT_MINUTES),
        )  # fmt: skip
        found += quiet.values_list("pk", flat=True)
    return found


def _unasked() -> QuerySet[Alert]:
    named = Concat(Value("alert:"), Cast(OuterRef("pk"), CharField()))
    asked = OutMessage.objects.filter(ref=named, kind=ASKED_AGAIN)
    rows = Alert.objects.filter(callout__state__in=RUNNING, through=None, unit_called=None)
    return rows.filter(~Exists(asked)).order_by("pk")


@transaction.atomic
def _ask(pk: int, at: datetime) -> int:
    callout = lock(Alert.objects.values_list("callout_id", flat=True).get(pk=pk))
    linked = ("member", "wave", "need__capability", "muster_point", "callout__incident")
    alert = Alert.objects.select_related(*linked).get(pk=pk)
    asked = OutMessage.objects.filter(ref=alert.ref, kind=ASKED_AGAIN).exists()
    still = {AlertState.UNCLEAR, AlertState.NOTIFIED, AlertState.DELIVERED}
    if callout.state not in RUNNING or asked or alert.state not in still:
        return 0
    queue_message(
        ref=alert.ref, kind=ASKED_AGAIN, member=alert.member, body=wording.ask_again_text(alert),
        exercise=callout.incident.is_exercise, at=at,
    )  # fmt: skip
    note(callout.incident, "alert.asked_again", SYSTEM, payload={"alert": pk}, person=alert.member.number)
    return 1


def _overdue(at: datetime) -> list[int]:
    """Alerts of people who said that they come and are late beyond the margin. Asked many times a minute: the database
    leaves out whoever can not be late yet."""
    border = at - timedelta(minutes=settings.MUSTER_NO_SHOW_MINUTES)
    late = Q(eta_at__lte=border) | Q(eta_at=None, replied_at__lte=border - timedelta(minutes=LEAST_MINUTES))
    rows = Alert.objects.filter(late, callout__state__in=RUNNING, state__in=[*COMING])
    rows = rows.select_related("callout__incident", "need").order_by("pk")
    return [alert.pk for alert in rows if _is_lost(alert, at)]


def _is_lost(alert: Alert, at: datetime) -> bool:
    due = due_of(alert)
    return due is not None and at >= due + timedelta(minutes=settings.MUSTER_NO_SHOW_MINUTES)


@transaction.atomic
def _give_up(pk: int, at: datetime) -> int:
    callout = lock(Alert.objects.values_list("callout_id", flat=True).get(pk=pk))
    alert = (
        Alert.objects.select_for_update(of=("self",)).select_related("member", "need", "callout__incident").get(pk=pk)
    )
    if callout.state not in RUNNING or alert.state not in COMING or not _is_lost(alert, at):
        return 0
    alert.state = step(ALERT_STEPS, alert.state, AlertState.NO_SHOW)
    alert.save(update_fields=["state"])
    free([alert.member_id], callout.ref, at)
    note(callout.incident, "alert.no_show", SYSTEM, payload={"alert": pk, "overdue": True}, person=alert.member.number)
    want_solve(callout)
    return 1
