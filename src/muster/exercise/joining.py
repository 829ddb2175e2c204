"""Whom a phone that joins an exercise becomes. Exercise incidents only; the desk of a real incident knows no such thing."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from muster.apps.incidents.models import Alert, Callout, Incident
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.models.incident import IncidentState, Mode
from muster.apps.incidents.reply_pages import shown_alerts
from muster.apps.incidents.states import RUNNING, UNAPPROVED
from muster.codecs.pinyin import surname
from muster.exercise.join_code import ANY
from muster.exercise.taking import Taking

UNANSWERED = (AlertState.QUEUED, AlertState.NOTIFIED, AlertState.DELIVERED)
OVER = (IncidentState.CLOSED, IncidentState.REVIEWED, IncidentState.FALSE_ALARM)


def taking() -> Taking:
    """The takings of this home."""
    return Taking(Path(settings.HOME))


def exercise_of(incident_id: int) -> Incident | None:
    """The exercise a code leads to: that one, or for ANY the newest that is open. None: there is none (yet)."""
    rows = Incident.objects.filter(mode=Mode.EXERCISE).select_related("callout")
    if incident_id != ANY:
        return rows.filter(pk=incident_id).first()
    return rows.exclude(state__in=OVER).order_by("-t0", "-pk").first()


def waits(incident: Incident | None) -> bool:
    """Whether the alarm is still to come."""
    return incident is None or incident.callout.state in UNAPPROVED


def is_over(incident: Incident | None) -> bool:
    """Whether nobody can join any more."""
    return incident is not None and not waits(incident) and incident.callout.state not in RUNNING


def candidates(callout: Callout) -> list[str]:
    """Numbers of called members who have not answered, those of lines at risk first, the weakest line foremost.

    Only people with a telephone: for the others the desk has a list of its own."""
    run = callout.solve_runs.order_by("-pk").first()
    chance = {line["order"]: line["p"] for line in run.per_line} if run else {}
    rows = callout.alerts.filter(state__in=UNANSWERED).exclude(member__phone="")
    found = [
        (_rank(chance.get(order), callout.target), pk, number)
        for pk, order, number in rows.values_list("pk", "need__order", "member__number")
    ]
    return [number for _risk, _pk, number in sorted(found)]


def _rank(p: float | None, target: float) -> float:
    return p if p is not None and p < target else 1.0


def alert_for(incident: Incident, phone: str) -> Alert | None:
    """The alert of the member whom this phone is, giving it one when it has none; None when nobody is left."""
    has = taking().member_of(incident.pk, phone)
    if not has and not is_over(incident):
        has = taking().take(incident.pk, phone, candidates(incident.callout))
    return shown_alerts().filter(callout=incident.callout, member__number=has).first() if has else None


def held_alert(incident: Incident | None, phone: str) -> Alert | None:
    """The same without giving one."""
    has = taking().member_of(incident.pk, phone) if incident is not None and phone else ""
    return Alert.objects.filter(callout__incident=incident, member__number=has).first() if has else None


def given_name(name: str) -> str:
    """What friends call somebody: the name without the surname; the whole where there is nothing else."""
    return name[len(surname(name)) :].strip() or name


def somebody_is_left(incident: Incident) -> bool:
    """Whether a phone that asked now would be given a member."""
    return taking().has_free(incident.pk, candidates(incident.callout))
