"""Capabilities members hold, and their certificates."""

from __future__ import annotations

from collections.abc import Mapping
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
    return _write(actor, member, capability, values)


def _write(actor: Actor, member: Member, capability: Capability, values: dict[str, object]) -> Holding:
    """Write and journal: the days in clear, the number and what stood before sealed."""
    before = holding_values(Holding.objects.filter(member=member, capability=capability).first())
    holding, made = Holding.objects.update_or_create(member=member, capability=capability, defaults=values)
    now = holding_values(holding)
    payload = {"capability": capability.slug, "valid_from": now["valid_from"], "valid_to": now["valid_to"]}
    private = {"number": now["number"], "before": before}
    note(actor, "holding.added" if made else "holding.renewed", member, payload, private)
    return holding


def holding_values(holding: Holding | None) -> dict[str, object]:
    """A holding as plain values, days as ISO dates or None; {} for none."""
    if holding is None:
        return {}
    return {
        "number": holding.number,
        "evidence": holding.evidence,
        "valid_from": holding.valid_from.isoformat() if holding.valid_from else None,
        "valid_to": holding.valid_to.isoformat() if holding.valid_to else None,
    }


@transaction.atomic
def restore_holding(actor: Actor, member: Member, capability: Capability, values: Mapping[str, object]) -> None:
    """The holding as these values say it (number, evidence, valid_from, valid_to; days as ISO dates or None), {} for
    none at all. For changes of many people and their undo: it writes what once stood, also what no form would take."""
    check_member(actor, member, Right.EDIT_PEOPLE)
    if not values:
        remove_holding(actor, member, capability)
        return
    days = {name: _day(values.get(name)) for name in ("valid_from", "valid_to")}
    texts = {name: str(values.get(name) or "") for name in ("number", "evidence")}
    _write(actor, member, capability, {**texts, **days})


def _day(text: object) -> date | None:
    return date.fromisoformat(str(text)) if text else None


@transaction.atomic
def remove_holding(actor: Actor, member: Member, capability: Capability) -> None:
    """The member no longer holds the capability. NotFound "people.holding_unknown"."""
    check_member(actor, member, Right.EDIT_PEOPLE)
    rows = Holding.objects.filter(member=member, capability=capability)
    before = holding_values(rows.first())
    if not rows.delete()[0]:
        raise NotFound("people.holding_unknown", capability=capability.slug)
    note(actor, "holding.removed", member, {"capability": capability.slug}, {"before": before})
