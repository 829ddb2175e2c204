"""What all acts on incidents share: locking the callout, journaling in its stream, asking for a new solve."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from muster.access.rights import Actor
from muster.apps.incidents.models import Alert, Callout, Incident
from muster.core.errors import NotFound
from muster.jobs.clock import now
from muster.journal.actions import append


def lock(callout_id: int) -> Callout:
    """The callout with its incident, locked until the transaction ends; acts on one callout queue here."""
    row = Callout.objects.select_for_update().filter(pk=callout_id).first()
    if row is None:
        raise NotFound("incidents.no_callout", callout=callout_id)
    return row


def lock_callouts(refs: Iterable[str]) -> None:
    """Lock the callouts that these references of messages (alert:17) belong to, always in the same order."""
    alerts = [int(ref.removeprefix("alert:")) for ref in refs if ref.startswith("alert:")]
    ids = Alert.objects.filter(pk__in=alerts).values_list("callout_id", flat=True)
    for callout_id in sorted(set(ids)):
        lock(callout_id)


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
