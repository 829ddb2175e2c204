"""The only ways to reach an incident, a callout or an alert from outside: each asks whether the viewer may."""

from __future__ import annotations

import hashlib

from django.db.models import Q, QuerySet

from muster.access.rights import Actor, Right, check
from muster.apps.incidents.models import Alert, Callout, Incident
from muster.apps.incidents.models.incident import IncidentState
from muster.core.errors import NotFound

OVER = (IncidentState.CLOSED, IncidentState.REVIEWED, IncidentState.FALSE_ALARM)


def sees_incident(actor: Actor) -> None:
    """Raise NotAllowed unless the actor may look at incidents at all."""
    check(actor, Right.SEE_INCIDENTS)


def open_incidents(actor: Actor) -> QuerySet[Incident]:
    """Incidents not yet closed, newest first, with their callouts."""
    sees_incident(actor)
    return Incident.objects.exclude(state__in=OVER).select_related("callout", "site").order_by("-t0", "-pk")


def incident_by_id(actor: Actor, incident_id: int) -> Incident:
    """The incident with its callout. Error: NotFound "incidents.unknown"."""
    sees_incident(actor)
    found = Incident.objects.select_related("callout", "site", "plan").filter(pk=incident_id).first()
    if found is None:
        raise NotFound("incidents.unknown", incident=incident_id)
    return found


def callout_of(actor: Actor, incident_id: int) -> Callout:
    """The callout of an incident, its incident loaded."""
    return incident_by_id(actor, incident_id).callout


def in_scope(actor: Actor) -> Q:
    """Filter on alerts: people of the actor's part of the tree, by the unit served in or the village lived in."""
    if not actor.unit_path:
        return Q()
    path = actor.unit_path
    served = Q(member__unit__path=path) | Q(member__unit__path__startswith=path + "/")
    lived = Q(member__home_unit__path=path) | Q(member__home_unit__path__startswith=path + "/")
    return served | lived


def alert_by_id(actor: Actor, incident_id: int, alert_id: int) -> Alert:
    """One alert of this incident that the actor may see. Error: NotFound "incidents.no_alert"."""
    callout = callout_of(actor, incident_id)
    found = callout.alerts.filter(in_scope(actor), pk=alert_id)
    alert = found.select_related(
        "member__unit", "member__home_unit", "muster_point", "need__capability", "callout__incident"
    ).first()
    if alert is None:
        raise NotFound("incidents.no_alert", alert=alert_id)
    return alert


def alert_by_token(token: str) -> Alert:
    """The alert whose reply link this is; only the hash is known here. Error: NotFound "reply.token_unknown"."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    rows = Alert.objects.select_related("member", "muster_point", "need__capability", "callout__incident")
    alert = rows.filter(token_hash=digest).first()
    if alert is None:
        raise NotFound("reply.token_unknown")
    return alert
