"""What all acts on incidents share: locking the callout, journaling in its stream, asking for a new solve."""

from __future__ import annotations

from collections.abc import Mapping

from muster.access.rights import Actor
from muster.apps.incidents.models import Callout, Incident
from muster.core.errors import NotFound
from muster.jobs.clock import now
from muster.journal.actions import append


def lock(callout_id: int) -> Callout:
    """The callout with its incident, locked until the transaction ends; acts on one callout queue here."""
    row = Callout.objects.select_for_update().filter(pk=callout_id).first()
    if row is None:
        raise NotFound("incidents.no_callout", callout=callout_id)
    return row


def note(
    incident: Incident,
    action: str,
    actor: Actor | str,
    *,
    payload: Mapping[str, object] | None = None,
    person: str = "",
    private: Mapping[str, object] | None = None,
) -> None:
    """Append to the incident's own stream; every entry carries the mode, so exercise data can never pass as actual."""
    body = {"mode": incident.mode, **(payload or {})}
    ref = actor if isinstance(actor, str) else actor.ref
    append(incident.stream, action, actor=ref, at=now(), payload=body, person=person, private=private)


def want_solve(callout: Callout) -> None:
    """Ask the solve lane for a fresh answer; only the newest wish counts."""
    callout.wanted_seq += 1
    callout.save(update_fields=["wanted_seq"])
