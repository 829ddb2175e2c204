"""What all acts of command share: right and incident first, one after another on the same callout, journal last."""

from __future__ import annotations

from muster.access.rights import Actor, Right, check
from muster.apps.incidents.actions.common import lock, note
from muster.apps.incidents.models import Alert, Incident
from muster.apps.incidents.models.callout import AlertState
from muster.apps.incidents.reads.access import OVER
from muster.apps.people.models import Member
from muster.apps.people.reads import visible_members
from muster.core.errors import Conflict, InvalidInput, NotFound

__all__ = ["begin", "filled", "member_here", "note"]


def begin(actor: Actor, incident_id: int, right: Right = Right.COMMAND, *, also_closed: bool = False) -> Incident:
    """The incident, its callout locked until the transaction ends. Errors: NotAllowed, NotFound "incidents.unknown",
    Conflict "command.incident_over"."""
    check(actor, right)
    return take(incident_id, also_closed=also_closed)


def take(incident_id: int, *, also_closed: bool = False) -> Incident:
    """The same for who is not asked for a right: the one who has the task."""
    found = Incident.objects.select_related("callout").filter(pk=incident_id).first()
    if found is None:
        raise NotFound("incidents.unknown", incident=incident_id)
    incident = lock(found.callout.pk).incident
    if incident.state in OVER and not also_closed:
        raise Conflict("command.incident_over")
    return incident


def filled(text: str, code: str, most: int) -> str:
    """The text without blanks around it. Errors: InvalidInput `code` when nothing is left, "command.too_long"."""
    said = text.strip()
    if not said:
        raise InvalidInput(code)
    return short(said, most)


def short(text: str, most: int) -> str:
    """The text without blanks around it, "" included. Error: InvalidInput "command.too_long"."""
    said = text.strip()
    if len(said) > most:
        raise InvalidInput("command.too_long", most=most)
    return said


def member_here(actor: Actor, incident: Incident, number: str) -> Member:
    """Somebody checked in here whom the actor may see. Errors: InvalidInput "command.nobody_chosen",
    "command.not_checked_in"."""
    if not number.strip():
        raise InvalidInput("command.nobody_chosen")
    member = visible_members(actor).filter(number=number.strip()[:40]).first()
    here = Alert.objects.filter(callout=incident.callout, member=member, state=AlertState.CHECKED_IN)
    if member is None or not here.exists():
        raise InvalidInput("command.not_checked_in", number=number.strip()[:20])
    return member
