"""Turns of duty."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from muster.apps.people.models import Member
from muster.apps.service.actions.commitments import CHUNK, STREAM, member_numbers
from muster.apps.service.models import Attendance
from muster.journal.actions import append


@transaction.atomic
def start_turn(member: Member, ref: str, at: datetime, exercise: bool, *, actor: str = "system") -> Attendance:
    """The member's turn of duty for `ref` starts at `at`. Said twice it has started once, at the first time; a turn that
    had ended goes on."""
    turn, made = Attendance.objects.get_or_create(
        member=member, ref=ref, defaults={"starts_at": at, "exercise": exercise}
    )
    if not made and turn.ends_at is not None:
        turn.ends_at = None
        turn.save(update_fields=["ends_at"])
        append(STREAM, "turn.resumed", actor=actor, at=at, payload={"ref": ref}, person=member.number)
    if made:
        payload = {"ref": ref, "member": member.number, "exercise": exercise}
        append(STREAM, "turn.started", actor=actor, at=at, payload=payload, person=member.number)
    return turn


@transaction.atomic
def void_turn(member: Member, ref: str, at: datetime, *, actor: str = "system") -> bool:
    """The member's turn for `ref` never was: nobody is paid for it. The journal keeps when it was said to have started.

    False when there is none.
    """
    turn = Attendance.objects.select_for_update().filter(member=member, ref=ref).first()
    if turn is None:
        return False
    payload = {"ref": ref, "member": member.number, "started": turn.starts_at.isoformat(), "exercise": turn.exercise}
    turn.delete()
    append(STREAM, "turn.voided", actor=actor, at=at, payload=payload, person=member.number)
    return True


@transaction.atomic
def end_turns(member_ids: Iterable[int], ref: str, at: datetime, *, actor: str = "system") -> int:
    """End the open turns of these members for `ref`; others are passed over. Returns how many ended."""
    ids = sorted(set(member_ids))
    ended: list[int] = []
    for start in range(0, len(ids), CHUNK):
        rows = Attendance.objects.filter(member__in=ids[start : start + CHUNK], ref=ref, ends_at=None)
        ended.extend(rows.values_list("member_id", flat=True))
        rows.update(ends_at=at)
    if ended:
        append(STREAM, "turns.ended", actor=actor, at=at, payload={"ref": ref, "members": member_numbers(ended)})
    return len(ended)


def end_turn(member: Member, ref: str, at: datetime, *, actor: str = "system") -> int:
    """End one member's turn for `ref`."""
    return end_turns([member.pk], ref, at, actor=actor)
