"""The kinds of change for many: each judges one member, does its change, says how it stands now, and puts it back.

A change is a pair of plain values, before and after. One that is put back must find its `after` untouched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from muster.access.rights import Actor
from muster.apps.people import actions as people
from muster.apps.people.actions.holdings import holding_values
from muster.apps.people.models import AwayNotice, Capability, Holding, Member, MemberState, Unit
from muster.apps.service.models import BulkKind

Values = dict[str, object]


@dataclass(frozen=True, slots=True)
class Order:
    """What is ordered; which fields a kind reads is said there. Days are Beijing dates, inclusive; times UTC."""

    kind: str
    capability: Capability | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    evidence: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    reason: str = ""
    unit: Unit | None = None
    state: str = ""

    def said(self) -> Values:
        """What the act keeps of the order; the reason of an absence stays with the notices alone."""
        found: Values = {}
        if self.capability is not None:
            found["capability"] = self.capability.slug
        if self.unit is not None:
            found["unit"] = self.unit.code
        if self.state:
            found["state"] = self.state
        for name in ("valid_from", "valid_to", "starts_at", "ends_at"):
            value = getattr(self, name)
            if value is not None:
                found[name] = value.isoformat()
        return found


@dataclass(frozen=True, slots=True)
class Verdict:
    """What would happen to one member: a change, or the code of the refusal."""

    member: Member
    refused: str
    before: Values
    after: Values


@dataclass(frozen=True, slots=True)
class Facts:
    """What the judges need of the members at hand, asked once for all of them."""

    holdings: Mapping[int, Holding]
    notices: Mapping[int, list[AwayNotice]]
    committed: set[int]


class Kind(Protocol):
    """One kind of change."""

    def judge(self, order: Order, member: Member, facts: Facts) -> tuple[str, Values, Values]:
        """(code of the refusal or "", before, after)."""

    def do(self, actor: Actor, order: Order, member: Member, after: Values) -> Values:
        """Do it through the register's own act; `after` as it is to be compared later."""

    def undo(self, actor: Actor, member: Member, before: Values, after: Values) -> bool:
        """Put it back if it stands as it was left; False when something else has changed it since."""


def _usable(member: Member) -> str:
    return "" if member.state == MemberState.ACTIVE else "service.bulk_not_active"


class Away:
    """Reads starts_at, ends_at, reason."""

    def judge(self, order: Order, member: Member, facts: Facts) -> tuple[str, Values, Values]:
        start, end = order.starts_at, order.ends_at
        covered = any(one.starts_at <= start and one.ends_at >= end for one in facts.notices.get(member.pk, []))
        refused = _usable(member) or ("service.bulk_away_already" if covered else "")
        return refused, {}, {"starts_at": start.isoformat(), "ends_at": end.isoformat()}

    def do(self, actor: Actor, order: Order, member: Member, after: Values) -> Values:
        notice = people.add_away(actor, member, order.starts_at, order.ends_at, order.reason)
        return after | {"notice": notice.pk}

    def undo(self, actor: Actor, member: Member, _before: Values, after: Values) -> bool:
        notice = AwayNotice.objects.filter(pk=after["notice"], member=member, cancelled_at=None).first()
        if notice is None:
            return False
        people.cancel_away(actor, notice)
        return True


class _Certificate:
    """What renewing and adding share. The capability of a change stands in both its sides."""

    def do(self, actor: Actor, order: Order, member: Member, after: Values) -> Values:
        people.restore_holding(actor, member, order.capability, after["holding"])
        return after

    def undo(self, actor: Actor, member: Member, before: Values, after: Values) -> bool:
        capability = Capability.objects.get(slug=after["capability"])
        now = Holding.objects.filter(member=member, capability=capability).first()
        if holding_values(now) != after["holding"]:
            return False
        people.restore_holding(actor, member, capability, before["holding"])
        return True


class Renew(_Certificate):
    """Reads capability, valid_to, and valid_from if it begins anew. Numbers and evidence stay."""

    def judge(self, order: Order, member: Member, facts: Facts) -> tuple[str, Values, Values]:
        now = facts.holdings.get(member.pk)
        slug = order.capability.slug
        if now is None:
            return _usable(member) or "service.bulk_not_held", {}, {}
        refused = _usable(member)
        if now.valid_to is None and (now.number or not order.capability.needs_certificate):
            refused = refused or "service.bulk_no_end"
        elif now.valid_to is not None and now.valid_to >= order.valid_to:
            refused = refused or "service.bulk_not_longer"
        before = holding_values(now)
        after = before | {"valid_to": order.valid_to.isoformat()}
        if order.valid_from is not None:
            after["valid_from"] = order.valid_from.isoformat()
        if after["valid_from"] and str(after["valid_from"]) > str(after["valid_to"]):
            refused = refused or "people.holding_order"
        return refused, {"capability": slug, "holding": before}, {"capability": slug, "holding": after}


class Learned(_Certificate):
    """Reads capability, valid_from, valid_to, evidence (the course)."""

    def judge(self, order: Order, member: Member, facts: Facts) -> tuple[str, Values, Values]:
        held = facts.holdings.get(member.pk)
        refused = _usable(member) or ("service.bulk_held" if held is not None else "")
        new = Holding(valid_from=order.valid_from, valid_to=order.valid_to, evidence=order.evidence)
        slug = order.capability.slug
        return (
            refused,
            {"capability": slug, "holding": holding_values(held)},
            {"capability": slug, "holding": holding_values(new)},
        )


class Move:
    """Reads unit."""

    def judge(self, order: Order, member: Member, _facts: Facts) -> tuple[str, Values, Values]:
        refused = _usable(member)
        if member.unit_id == order.unit.pk:
            refused = refused or "service.bulk_in_unit"
        if member.is_lead:
            refused = refused or "service.bulk_leads"
        return refused, {"unit": member.unit.code}, {"unit": order.unit.code}

    def do(self, actor: Actor, order: Order, member: Member, after: Values) -> Values:
        people.move_member(actor, member, order.unit)
        return after

    def undo(self, actor: Actor, member: Member, before: Values, after: Values) -> bool:
        if member.unit.code != after["unit"]:
            return False
        people.move_member(actor, member, Unit.objects.get(code=before["unit"]))
        return True


class State:
    """Reads state: suspended or discharged."""

    def judge(self, order: Order, member: Member, facts: Facts) -> tuple[str, Values, Values]:
        refused = _usable(member)
        if member.pk in facts.committed:
            refused = refused or "service.bulk_committed"
        if member.is_lead:
            refused = refused or "service.bulk_leads"
        return refused, {"state": member.state}, {"state": order.state}

    def do(self, actor: Actor, order: Order, member: Member, after: Values) -> Values:
        people.set_member_state(actor, member, order.state)
        return after

    def undo(self, actor: Actor, member: Member, before: Values, after: Values) -> bool:
        if member.state != after["state"]:
            return False
        people.set_member_state(actor, member, str(before["state"]))
        return True


KINDS: Mapping[str, Kind] = {
    BulkKind.AWAY: Away(),
    BulkKind.RENEW: Renew(),
    BulkKind.LEARNED: Learned(),
    BulkKind.MOVE: Move(),
    BulkKind.STATE: State(),
}
