"""Capabilities members hold, and their certificates."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from muster.access.rights import Actor, Right
from muster.apps.people.actions.common import check_member, note
from muster.apps.people.models import Capability, Holding, Member
from muster.core.errors import InvalidInput, NotFound


@transaction.atomic
def set_holding(
    actor: Actor,
    member: Member,
    capability: Capability,
    *,
    number: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    evidence: str = "",
) -> Holding:
    """The member holds `capability`, new or renewed; days are Beijing dates, inclusive.

    InvalidInput "people.holding_order" (ends before it starts), "people.certificate_missing" (the capability needs a
    certificate and neither a number nor an end is given).
    """
    check_member(actor, member, Right.EDIT_PEOPLE)
    if valid_from and valid_to and valid_to < valid_from:
        raise InvalidInput("people.holding_order")
    number = number.strip()[:60]
    if capability.needs_certificate and not number and valid_to is None:
        raise InvalidInput("people.certificate_missing", capability=capability.slug)
    values = {"number": number, "valid_from": valid_from, "valid_to": valid_to, "evidence": evidence.strip()[:200]}
    holding, made = Holding.objects.update_or_create(member=member, capability=capability, defaults=values)
    payload = {
        "capability": capability.slug,
        "valid_from": valid_from.isoformat() if valid_from else None,
        "valid_to": valid_to.isoformat() if valid_to else None,
    }
    note(actor, "holding.added" if made else "holding.renewed", member, payload, {"number": number})
    return holding


@transaction.atomic
def remove_holding(actor: Actor, member: Member, capability: Capability) -> None:
    """The member no longer holds the capability. NotFound "people.holding_unknown"."""
    check_member(actor, member, Right.EDIT_PEOPLE)
    removed, _ = Holding.objects.filter(member=member, capability=capability).delete()
    if not removed:
        raise NotFound("people.holding_unknown", capability=capability.slug)
    note(actor, "holding.removed", member, {"capability": capability.slug})
