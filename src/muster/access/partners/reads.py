"""What a partner agency sees: the incidents shared with it, for as long as they are."""

from __future__ import annotations

from muster.access import directory
from muster.access.models import Account, IncidentGrant
from muster.access.moment import now
from muster.access.rights import Actor, Right, check


def granted(account: Account) -> frozenset[int]:
    """Numbers of the incidents that the account may see at this moment."""
    rows = IncidentGrant.objects.filter(account=account, ends_at__gt=now())
    return frozenset(rows.values_list("incident_ref", flat=True))


def shared_with(actor: Actor) -> list[directory.IncidentFacts]:
    """Facts of the incidents the actor is let into, newest first."""
    check(actor, Right.SEE_SHARED)
    return [facts for facts in directory.incidents() if actor.sees_incident(facts.number)]


def running() -> list[IncidentGrant]:
    """Grants that hold now, for the administrator's page."""
    return list(IncidentGrant.objects.filter(ends_at__gt=now()).select_related("account").order_by("ends_at", "pk"))
