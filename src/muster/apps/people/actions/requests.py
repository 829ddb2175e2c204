"""A member's own requests: to be given his data, and to be erased. The office answers the second; the first is at once."""

from __future__ import annotations

from django.db import transaction

from muster.access.rights import Actor, Right, check
from muster.apps.people.actions.common import check_member, check_office, nameless, note, stated
from muster.apps.people.models import ErasureRequest, Member
from muster.core.errors import Conflict, NotAllowed
from muster.jobs import clock


def _check_himself(actor: Actor, member: Member) -> None:
    """Only the member: nobody asks in another's name here."""
    check(actor, Right.SEE_OWN)
    if actor.member_ref != member.number:
        raise NotAllowed("people.own_only")
    check_member(actor, member, Right.SEE_OWN, own=True)


@transaction.atomic
def note_own_export(actor: Actor, member: Member, lines: int) -> None:
    """The member took the file of his own data."""
    _check_himself(actor, member)
    note(actor, "own.exported", member, {"lines": lines})


@transaction.atomic
def ask_erasure(actor: Actor, member: Member) -> ErasureRequest:
    """The member asks that his data be erased; asked twice counts once until it is answered."""
    _check_himself(actor, member)
    Member.objects.select_for_update().get(pk=member.pk)
    standing = open_request(member)
    if standing is not None:
        return standing
    request = ErasureRequest(member=member, asked_at=clock.now())
    request.save(force_insert=True)
    note(actor, "erasure.asked", member)
    return request


@transaction.atomic
def take_back_erasure(actor: Actor, member: Member) -> None:
    """The member thinks better of it. Conflict "people.erasure_settled" when nothing is asked any more."""
    _check_himself(actor, member)
    _settle(member, withdrawn_at=clock.now())
    note(actor, "erasure.taken_back", member)


@transaction.atomic
def refuse_erasure(actor: Actor, member: Member, answer: str) -> None:
    """The office says why it can not be done (yet); the member reads it on his page.

    InvalidInput "people.erasure_answer" (no reason given), "people.erasure_answer_names"; Conflict
    "people.erasure_settled"."""
    check_office(actor, Right.ERASE_PEOPLE)
    check_member(actor, member, Right.ERASE_PEOPLE)
    answer = nameless(stated(answer, "people.erasure_answer"), member, "people.erasure_answer_names")
    _settle(member, answered_at=clock.now(), answered_by=actor.ref, answer=answer)
    note(actor, "erasure.refused", member)


def open_request(member: Member) -> ErasureRequest | None:
    """The request that waits for an answer."""
    return ErasureRequest.objects.filter(member=member, withdrawn_at=None, answered_at=None).first()


def _settle(member: Member, **values: object) -> None:
    found = ErasureRequest.objects.filter(member=member, withdrawn_at=None, answered_at=None)
    if not found.update(**values):
        raise Conflict("people.erasure_settled")
