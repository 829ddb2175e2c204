"""Preview, act and undo of a change for many. All of it stands or falls in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction

from muster.access.rights import Actor, Right, check
from muster.apps.people.erasure import erased_numbers
from muster.apps.people.models import AwayNotice, Holding, Member
from muster.apps.people.reads import visible_members
from muster.apps.service.actions.bulk.kinds import KINDS, Facts, Order, Verdict
from muster.apps.service.models import BulkAct, BulkChange, BulkKind
from muster.apps.service.reads.whereabouts import committed_ids
from muster.core.errors import Conflict, InvalidInput, NotAllowed
from muster.jobs import clock
from muster.journal.actions import append

MOST_PEOPLE = 500


@dataclass(frozen=True, slots=True)
class Preview:
    """What would happen: `changes` and `refused`, in the order of the list. `unseen` were asked for but are not there
    for this actor. `digest` names exactly this outcome."""

    changes: tuple[Verdict, ...]
    refused: tuple[Verdict, ...]
    unseen: int

    @property
    def digest(self) -> str:
        told = [(one.member.pk, one.refused, one.before, one.after) for one in (*self.changes, *self.refused)]
        return hashlib.sha256(repr(told).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Undone:
    """How many were put back, and how many were kept because something else had changed them."""

    back: int
    kept: int


def preview(actor: Actor, order: Order, numbers: Iterable[str]) -> Preview:
    """What `order` would do to the members with these numbers; nothing is written.

    InvalidInput "service.bulk_nobody", "service.bulk_too_many", "service.bulk_order", "people.certificate_missing",
    "people.away_order", "people.away_past"; NotAllowed "people.unit_outside"."""
    check(actor, Right.EDIT_PEOPLE)
    wanted = list(dict.fromkeys(number for number in numbers if number))
    if not wanted:
        raise InvalidInput("service.bulk_nobody")
    if len(wanted) > MOST_PEOPLE:
        raise InvalidInput("service.bulk_too_many", most=MOST_PEOPLE)
    _check_order(actor, order)
    found = visible_members(actor).filter(number__in=wanted)
    members = list(found.select_related("unit__parent", "home_unit").order_by("sort_pinyin", "number"))
    facts, gone = _facts(order, members), erased_numbers()
    verdicts = [Verdict(member, *KINDS[order.kind].judge(order, member, facts)) for member in members]
    verdicts = [replace(one, refused="people.erased") if one.member.number in gone else one for one in verdicts]
    return Preview(
        changes=tuple(one for one in verdicts if not one.refused),
        refused=tuple(one for one in verdicts if one.refused),
        unseen=len(wanted) - len(members),
    )


def _check_order(actor: Actor, order: Order) -> None:
    """The order is whole, before anybody is looked at."""
    given = {
        BulkKind.AWAY: order.starts_at and order.ends_at,
        BulkKind.RENEW: order.capability and order.valid_to,
        BulkKind.LEARNED: order.capability,
        BulkKind.MOVE: order.unit,
        BulkKind.STATE: order.state in ("suspended", "discharged"),
    }
    if not given.get(BulkKind(order.kind) if order.kind in BulkKind.values else order.kind):
        raise InvalidInput("service.bulk_order")
    if order.starts_at and order.ends_at:
        if order.ends_at <= order.starts_at:
            raise InvalidInput("people.away_order")
        if order.ends_at <= clock.now():
            raise InvalidInput("people.away_past")
    if order.valid_from and order.valid_to and order.valid_to < order.valid_from:
        raise InvalidInput("people.holding_order")
    if order.kind == BulkKind.LEARNED and order.capability.needs_certificate and order.valid_to is None:
        raise InvalidInput("people.certificate_missing", capability=order.capability.slug)
    if order.unit is not None and not actor.sees_unit(order.unit.path):
        raise NotAllowed("people.unit_outside")


def _facts(order: Order, members: list[Member]) -> Facts:
    ids = [member.pk for member in members]
    holdings = Holding.objects.filter(member__in=ids, capability=order.capability) if order.capability else []
    notices: dict[int, list[AwayNotice]] = {}
    if order.kind == BulkKind.AWAY:
        for notice in AwayNotice.objects.filter(member__in=ids, cancelled_at=None):
            notices.setdefault(notice.member_id, []).append(notice)
    committed = committed_ids(clock.now()) if order.kind == BulkKind.STATE else set()
    return Facts({one.member_id: one for one in holdings}, notices, committed)


@transaction.atomic
def carry_out(actor: Actor, order: Order, numbers: Iterable[str], digest: str) -> BulkAct:
    """Do what the preview with this `digest` showed, with one journal entry for each member.

    Errors of `preview`; Conflict "service.bulk_moved": it would do something else by now, and nothing was done;
    "service.bulk_nothing": nobody is left to change."""
    numbers = list(numbers)
    _lock(numbers)
    shown = preview(actor, order, numbers)
    if shown.digest != digest:
        raise Conflict("service.bulk_moved")
    if not shown.changes:
        raise Conflict("service.bulk_nothing")
    act = BulkAct(kind=order.kind, said=order.said(), done_by=actor.ref, done_at=clock.now())
    act.save(force_insert=True)
    kind = KINDS[order.kind]
    BulkChange.objects.bulk_create(
        BulkChange(act=act, member=one.member, before=one.before, after=kind.do(actor, order, one.member, one.after))
        for one in shown.changes
    )
    payload = {"act": act.pk, "kind": act.kind, "people": len(shown.changes), **act.said}
    append("people", "people.bulk_done", actor=actor.ref, at=act.done_at, payload=payload)
    return act


def _lock(numbers: list[str]) -> None:
    """Hold the members, always in the same order, until all is done."""
    list(Member.objects.select_for_update().filter(number__in=numbers).order_by("pk").values_list("pk", flat=True))


@transaction.atomic
def undo(actor: Actor, act: BulkAct) -> Undone:
    """Put back exactly what the act changed, of everybody whom nothing else has changed in it since.

    Conflict "service.bulk_undone" the second time; NotAllowed "service.bulk_not_yours": only who did it, or somebody of
    the whole district, puts it back."""
    check(actor, Right.EDIT_PEOPLE)
    if actor.unit_path and act.done_by != actor.ref:
        raise NotAllowed("service.bulk_not_yours")
    taken = BulkAct.objects.filter(pk=act.pk, undone_at=None).update(undone_at=clock.now(), undone_by=actor.ref)
    if not taken:
        raise Conflict("service.bulk_undone")
    changes = list(act.changes.select_related("member"))
    _lock([one.member.number for one in changes])
    seen = {member.pk: member for member in visible_members(actor).filter(bulk_changes__act=act).select_related("unit")}
    gone = erased_numbers()
    for one in changes:
        member = seen.get(one.member_id)
        one.kept = _put_back(actor, act, one, member) if one.member.number not in gone else "people.erased"
    BulkChange.objects.bulk_update(changes, ["kept"])
    kept = sum(bool(one.kept) for one in changes)
    payload = {"act": act.pk, "kind": act.kind, "people": len(changes) - kept, "kept": kept}
    append("people", "people.bulk_undone", actor=actor.ref, at=clock.now(), payload=payload)
    return Undone(len(changes) - kept, kept)


def _put_back(actor: Actor, act: BulkAct, change: BulkChange, member: Member | None) -> str:
    """Code of why it was kept, "" when it was put back."""
    if member is None:
        return "people.member_unknown"
    done = KINDS[act.kind].undo(actor, member, change.before, change.after)
    return "" if done else "service.bulk_changed_since"
