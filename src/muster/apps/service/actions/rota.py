"""Writes on the duty rota. Whoever takes a seat is locked first, so that two pages can not give him two turns at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction

from muster.access.rights import Actor, Right
from muster.apps.people.actions.common import check_member, check_office
from muster.apps.people.models import Capability, Member, MemberState, Unit
from muster.apps.people.reads import capability_masks
from muster.apps.service.models import DutyPost, DutySeat, DutySwap, DutyTurn, SwapState
from muster.apps.service.models.rota import OPEN_SWAPS
from muster.core.errors import Conflict, InvalidInput, NotFound
from muster.core.rota import Limits, refusal
from muster.core.units import from_beijing
from muster.jobs import clock
from muster.journal.actions import append

STREAM = "service"
MOST_DAYS = 62
MOST_HEADS = 50


@dataclass(frozen=True, slots=True)
class TurnsInput:
    """Turns of one post on every day from `first` to `last`, Beijing time; an end not after the start is on the next day."""

    first: date
    last: date
    from_time: time
    to_time: time
    heads: int = 1


def limits() -> Limits:
    """The office's rule of work and rest."""
    return Limits(timedelta(hours=settings.MUSTER_DUTY_HOURS), timedelta(hours=settings.MUSTER_REST_HOURS))


@transaction.atomic
def make_post(
    actor: Actor, zh: str, en: str = "", unit: Unit | None = None, capability: Capability | None = None, *,
    swaps_approved: bool = True, on_sheet: bool = False,
) -> DutyPost:  # fmt: skip
    """A new post. Conflict "service.post_known" when the name is taken; InvalidInput "service.post_name"."""
    check_office(actor, Right.SET_DUTY)
    zh = " ".join(zh.split())[:40]
    if len(zh) < 2:
        raise InvalidInput("service.post_name")
    if DutyPost.objects.filter(zh=zh).exists():
        raise Conflict("service.post_known", name=zh)
    post = DutyPost(zh=zh, en=" ".join(en.split())[:60], unit=unit, capability=capability)
    post.swaps_approved, post.on_sheet = swaps_approved, on_sheet
    post.save(force_insert=True)
    _note(actor, "rota.post_made", {"post": post.pk, "zh": zh})
    return post


@transaction.atomic
def add_turns(actor: Actor, post: DutyPost, given: TurnsInput) -> int:
    """Turns to sign up for; days that have one from that time already are passed over. Returns how many are new."""
    check_office(actor, Right.SET_DUTY)
    days = (given.last - given.first).days + 1
    if not (1 <= days <= MOST_DAYS and 1 <= given.heads <= MOST_HEADS):
        raise InvalidInput("service.turns_range", days=MOST_DAYS, heads=MOST_HEADS)
    new = 0
    for offset in range(days):
        day = given.first + timedelta(days=offset)
        start = from_beijing(datetime.combine(day, given.from_time))
        later = day if given.to_time > given.from_time else day + timedelta(days=1)
        end = from_beijing(datetime.combine(later, given.to_time))
        if end - start > limits().longest:
            raise InvalidInput("service.turn_too_long", hours=settings.MUSTER_DUTY_HOURS)
        fields = {"ends_at": end, "heads": given.heads}
        new += DutyTurn.objects.get_or_create(post=post, starts_at=start, defaults=fields)[1]
    _note(actor, "rota.turns_added", {"post": post.pk, "first": given.first.isoformat(), "count": new})
    return new


@transaction.atomic
def sign_up(actor: Actor, turn: DutyTurn, member: Member) -> DutySeat:
    """Take a place of a turn; members for themselves, officers for their people.

    Conflict: "service.turn_full", "service.turn_over", "service.seat_taken", "service.turn_overlap",
    "service.turn_no_rest", "service.not_for_him".
    """
    check_member(actor, member, Right.EDIT_PEOPLE, own=True)
    _locked([member.pk])
    row = (
        DutyTurn.objects.select_for_update(of=("self",))
        .select_related("post__unit", "post__capability")
        .get(pk=turn.pk)
    )
    if row.starts_at <= clock.now():
        raise Conflict("service.turn_over")
    if DutySeat.objects.filter(turn=row, member=member).exists():
        raise Conflict("service.seat_taken")
    if DutySeat.objects.filter(turn=row).count() >= row.heads:
        raise Conflict("service.turn_full")
    _check_fits(row, member)
    seat = DutySeat(turn=row, member=member, taken_at=clock.now(), taken_by=actor.ref)
    seat.save(force_insert=True)
    _note(actor, "rota.signed_up", {"turn": row.pk}, member)
    return seat


@transaction.atomic
def give_up(actor: Actor, seat: DutySeat) -> None:
    """The place is open again. Only officers: a member offers it to others instead, so that no gap comes by itself."""
    check_member(actor, seat.member, Right.EDIT_PEOPLE)
    row = DutySeat.objects.select_for_update(of=("self",)).select_related("turn").filter(pk=seat.pk).first()
    if row is None or row.turn.ends_at <= clock.now():
        raise Conflict("service.turn_over")
    payload: dict[str, object] = {"turn": row.turn_id}
    row.delete()
    _note(actor, "rota.given_up", payload, seat.member)


@transaction.atomic
def offer_seat(actor: Actor, seat: DutySeat) -> DutySwap:
    """Offer the own turn to others. It stays his until the swap is done. Conflict "service.swap_open", "service.turn_over"."""
    check_member(actor, seat.member, Right.EDIT_PEOPLE, own=True)
    row = DutySeat.objects.select_for_update(of=("self",)).select_related("turn", "member").filter(pk=seat.pk).first()
    if row is None or row.member_id != seat.member_id or row.turn.starts_at <= clock.now():
        raise Conflict("service.turn_over")
    if DutySwap.objects.filter(seat=row, state__in=OPEN_SWAPS).exists():
        raise Conflict("service.swap_open")
    swap = DutySwap(seat=row, giver=row.member, offered_at=clock.now())
    swap.save(force_insert=True)
    _note(actor, "rota.offered", {"swap": swap.pk, "turn": row.turn_id}, row.member)
    return swap


@transaction.atomic
def take_offer(actor: Actor, swap: DutySwap, member: Member) -> DutySwap:
    """Accept somebody's offer. Done at once, or once the office approves where the post wants that."""
    check_member(actor, member, Right.EDIT_PEOPLE, own=True)
    row = _open_swap(swap, SwapState.OFFERED, [member.pk])
    if row.giver_id == member.pk:
        raise Conflict("service.seat_taken")
    _check_taker(row.seat, member)
    row.taker = member
    row.state = SwapState.ACCEPTED
    row.save(update_fields=["taker", "state"])
    _note(actor, "rota.offer_taken", {"swap": row.pk, "turn": row.seat.turn_id}, member)
    return _settled(actor, row) if not row.seat.turn.post.swaps_approved else row


@transaction.atomic
def approve_swap(actor: Actor, swap: DutySwap, *, yes: bool) -> DutySwap:
    """The office says yes or no; after a no everything is as before. What has come between is looked at again."""
    check_office(actor, Right.SET_DUTY)
    row = _open_swap(swap, SwapState.ACCEPTED, [])
    if yes:
        assert row.taker is not None
        _check_taker(row.seat, row.taker)
        return _settled(actor, row)
    return _closed(actor, row, SwapState.REFUSED, "rota.swap_refused")


@transaction.atomic
def take_back_offer(actor: Actor, swap: DutySwap) -> DutySwap:
    """He keeps his turn after all, as long as the swap is not done."""
    check_member(actor, swap.giver, Right.EDIT_PEOPLE, own=True)
    return _closed(actor, _open_swap(swap, "", []), SwapState.WITHDRAWN, "rota.offer_taken_back")


def _settled(actor: Actor, row: DutySwap) -> DutySwap:
    seat = row.seat
    seat.member_id, seat.taken_at, seat.taken_by = row.taker_id, clock.now(), actor.ref
    seat.save(update_fields=["member", "taken_at", "taken_by"])
    return _closed(actor, row, SwapState.DONE, "rota.swapped")


def _closed(actor: Actor, row: DutySwap, state: SwapState, action: str) -> DutySwap:
    row.state, row.settled_at, row.settled_by = state, clock.now(), actor.ref
    row.save(update_fields=["state", "settled_at", "settled_by"])
    _note(actor, action, {"swap": row.pk, "turn": row.seat.turn_id}, row.giver)
    return row


def _open_swap(swap: DutySwap, wanted: str, members: Sequence[int]) -> DutySwap:
    """The swap, locked after everybody whom it concerns. Conflict "service.swap_over"."""
    first = DutySwap.objects.filter(pk=swap.pk).first()
    if first is None:
        raise NotFound("service.swap_over")
    _locked([first.giver_id, *members, *([first.taker_id] if first.taker_id else [])])
    rows = DutySwap.objects.select_for_update(of=("self",)).select_related("seat__turn__post__unit", "giver", "taker")
    row = rows.get(pk=swap.pk)
    if row.state not in ({wanted} if wanted else set(OPEN_SWAPS)):
        raise Conflict("service.swap_over")
    if row.seat.turn.starts_at <= clock.now() or row.seat.member_id != row.giver_id:
        raise Conflict("service.turn_over")
    return row


def _locked(members: Sequence[int]) -> None:
    """Everybody concerned, in one order, whatever the act."""
    list(Member.objects.select_for_update().filter(pk__in=sorted(set(members))).order_by("pk").values_list("pk"))


def _check_taker(seat: DutySeat, member: Member) -> None:
    if DutySeat.objects.filter(turn=seat.turn_id, member=member).exists():
        raise Conflict("service.seat_taken")
    _check_fits(seat.turn, member)


def _check_fits(turn: DutyTurn, member: Member) -> None:
    post = turn.post
    inside = post.unit is None or f"{member.unit.path}/".startswith(f"{post.unit.path}/")
    mask = capability_masks(turn.starts_at, [member.pk]).get(member.pk, 0)
    holds = post.capability is None or mask >> post.capability.bit & 1
    if not (inside and holds and member.state == MemberState.ACTIVE):
        raise Conflict("service.not_for_him")
    taken = DutyTurn.objects.filter(seats__member=member).values_list("starts_at", "ends_at")
    why = refusal(list(taken), (turn.starts_at, turn.ends_at), limits())
    if why:
        raise Conflict(f"service.turn_{why}", hours=settings.MUSTER_DUTY_HOURS, rest=settings.MUSTER_REST_HOURS)


def _note(actor: Actor, action: str, payload: dict[str, object], member: Member | None = None) -> None:
    number = member.number if member is not None else ""
    who = {"member": number} if member is not None else {}
    append(STREAM, action, actor=actor.ref, at=clock.now(), payload={**who, **payload}, person=number)
