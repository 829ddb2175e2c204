"""Wrong numbers: raised by whoever notices, owned by the member's unit, closed by a right number or by saying that it is.

raised -> corrected | dismissed
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from muster.access.fields import blind_index
from muster.access.rights import SYSTEM, Actor, Right, check
from muster.apps.channels.models import ContactFinding, FindingState, OutMessage
from muster.apps.people.actions import change_phone
from muster.apps.people.models import Member
from muster.codecs import phone
from muster.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from muster.jobs.clock import now
from muster.journal.actions import append

NOTE_LETTERS = 120


@transaction.atomic
def raise_finding(
    member: Member, *, source: str, number: str, at: datetime, message: OutMessage | None = None, actor: Actor = SYSTEM
) -> ContactFinding:
    """Note that this number does not reach the member. The same number is one open finding, however often it is told.

    source: gateway | voice | person.
    """
    index = blind_index("phone", number)
    open_one = ContactFinding.objects.filter(member=member, number_index=index, state=FindingState.RAISED).first()
    if open_one is not None:
        return open_one
    shown = phone.masked(number) if number else ""
    row = ContactFinding(
        member=member,
        number_index=index,
        masked=shown,
        source=source,
        message=message,
        raised_at=at,
        raised_by=actor.ref,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # two reports at the same moment
        return ContactFinding.objects.get(member=member, number_index=index, state=FindingState.RAISED)
    payload = {"finding": row.pk, "source": source, "member": member.number}
    append("people", "contact.number_wrong", actor=actor.ref, at=at, payload=payload, person=member.number)
    return row


@transaction.atomic
def report_wrong_number(actor: Actor, member: Member) -> ContactFinding:
    """Somebody who telephoned says so. InvalidInput "channels.no_number" for a member without one."""
    check(actor, Right.RECORD)
    _check_scope(actor, member)
    if not member.phone:
        raise InvalidInput("channels.no_number")
    return raise_finding(member, source="person", number=member.phone, at=now(), actor=actor)


@transaction.atomic
def correct_number(actor: Actor, finding_id: int, number: str) -> ContactFinding:
    """The right number goes onto the books and the finding is closed.

    Errors: "channels.no_finding", "channels.finding_closed", "channels.number_same", the codes of numbers.
    """
    row = _open(actor, finding_id)
    clean = phone.parse(number).e164
    if blind_index("phone", clean) == row.number_index:
        raise InvalidInput("channels.number_same")
    change_phone(actor, row.member, clean)
    return _close(actor, row, FindingState.CORRECTED, "")


@transaction.atomic
def dismiss_finding(actor: Actor, finding_id: int, note: str) -> ContactFinding:
    """The number is right after all; `note` says how that is known. InvalidInput "channels.note_missing"."""
    row = _open(actor, finding_id)
    if not note.strip():
        raise InvalidInput("channels.note_missing")
    return _close(actor, row, FindingState.DISMISSED, note.strip()[:NOTE_LETTERS])


def _open(actor: Actor, finding_id: int) -> ContactFinding:
    check(actor, Right.EDIT_PEOPLE)
    row = ContactFinding.objects.select_for_update().filter(pk=finding_id).first()
    if row is None:
        raise NotFound("channels.no_finding")
    _check_scope(actor, row.member)
    if row.state != FindingState.RAISED:
        raise Conflict("channels.finding_closed")
    return row


def _check_scope(actor: Actor, member: Member) -> None:
    places = [member.unit, *([member.home_unit] if member.home_unit else [])]
    if not any(actor.sees_unit(unit.path) for unit in places):
        raise NotAllowed("access.outside_unit")


def _close(actor: Actor, row: ContactFinding, state: FindingState, note: str) -> ContactFinding:
    row.state, row.note, row.closed_at, row.closed_by = state, note, now(), actor.ref
    row.save(update_fields=["state", "note", "closed_at", "closed_by"])
    payload = {"finding": row.pk, "member": row.member.number, "state": str(state)}
    append(
        "people", "contact.number_settled", actor=actor.ref, at=row.closed_at, payload=payload,
        person=row.member.number, private={"note": note} if note else None,
    )  # fmt: skip
    return row
