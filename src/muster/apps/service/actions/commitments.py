"""Commitments: nobody is called for two things at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction

from muster.apps.people.models import Member
from muster.apps.service.models import Commitment
from muster.core.errors import Conflict
from muster.journal.actions import append

STREAM = "service"
CHUNK = 500  # below SQLite's limit of variables in one statement


def _in_chunks(member_ids: Iterable[int]) -> Iterable[list[int]]:
    ids = sorted(set(member_ids))
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def member_numbers(member_ids: Iterable[int]) -> list[str]:
    """The numbers by which the journal names these members, sorted."""
    found: list[str] = []
    for chunk in _in_chunks(member_ids):
        found.extend(Member.objects.filter(pk__in=chunk).values_list("number", flat=True))
    return sorted(found)


@transaction.atomic
def commit(member_ids: Iterable[int], ref: str, at: datetime, exercise: bool, *, actor: str = "system") -> int:
    """Take the members for `ref` from `at` on. Who is already taken for it stays so; returns how many are new.

    Part of an act that has been checked. Conflict "service.already_committed" (params: members) when some are taken
    for something else: then nobody is taken.
    """
    wanted = set(member_ids)
    open_now: dict[int, str] = {}
    if not exercise:  # an exercise never keeps anybody from an actual callout
        _leave_exercises(wanted, at, actor)
    for chunk in _in_chunks(wanted):
        rows = Commitment.objects.filter(member__in=chunk, ends_at=None)
        open_now |= dict(rows.values_list("member_id", "ref"))
    elsewhere = [member for member, other in open_now.items() if other != ref]
    if elsewhere:
        raise Conflict("service.already_committed", members=member_numbers(elsewhere))
    new = sorted(wanted - set(open_now))
    if not new:
        return 0
    try:
        with transaction.atomic():
            Commitment.objects.bulk_create(
                [Commitment(member_id=pk, ref=ref, starts_at=at, exercise=exercise) for pk in new], batch_size=CHUNK
            )
    except IntegrityError as error:  # taken by another desk between the look and the write
        raise Conflict("service.already_committed", members=[]) from error
    payload = {"ref": ref, "members": member_numbers(new), "exercise": exercise}
    append(STREAM, "members.committed", actor=actor, at=at, payload=payload)
    return len(new)


def _leave_exercises(member_ids: Iterable[int], at: datetime, actor: str) -> None:
    for chunk in _in_chunks(member_ids):
        rows = Commitment.objects.filter(member__in=chunk, ends_at=None, exercise=True)
        for ref in sorted(set(rows.values_list("ref", flat=True))):
            free(chunk, ref, at, actor=actor)


@transaction.atomic
def free(member_ids: Iterable[int], ref: str, at: datetime, *, actor: str = "system") -> int:
    """Give the members back from `ref`; who is not taken for it is passed over. Returns how many were freed."""
    freed: list[int] = []
    for chunk in _in_chunks(member_ids):
        rows = Commitment.objects.filter(member__in=chunk, ref=ref, ends_at=None)
        freed.extend(rows.values_list("member_id", flat=True))
        rows.update(ends_at=at)
    if freed:
        append(STREAM, "members.freed", actor=actor, at=at, payload={"ref": ref, "members": member_numbers(freed)})
    return len(freed)
