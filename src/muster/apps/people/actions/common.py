"""What all acts on members share."""

from __future__ import annotations

import re
from collections.abc import Mapping

from muster.access.rights import SYSTEM, Actor, Right, check
from muster.apps.people.erasure import is_erased
from muster.apps.people.models import Member
from muster.apps.people.reads.scope import visible_members
from muster.codecs.text import normal, single_spaces
from muster.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from muster.jobs import clock
from muster.journal.actions import append

STREAM = "people"


def check_member(actor: Actor, member: Member, right: Right, *, own: bool = False) -> None:
    """The actor has `right` and sees the member; with `own` it is enough that he is the member himself.

    Conflict "people.erased": nothing is ever entered again for somebody whose data were erased."""
    if not (own and actor.member_ref == member.number and actor.may(Right.SEE_OWN)):
        check(actor, right)
        if actor is not SYSTEM and not visible_members(actor).filter(pk=member.pk).exists():
            raise NotFound("people.member_unknown", number=member.number)
    if is_erased(member.number):
        raise Conflict("people.erased")


def check_office(actor: Actor, right: Right) -> None:
    """The actor has `right` for the whole district. NotAllowed "people.whole_office" for one with a part of it."""
    check(actor, right)
    if actor.unit_path:
        raise NotAllowed("people.whole_office")


def stated(reason: str, code: str, limit: int = 200) -> str:
    """A reason that says something. InvalidInput with `code` when it does not."""
    reason = " ".join(reason.split())
    if len(reason) < 2:
        raise InvalidInput(code)
    return reason[:limit]


def nameless(text: str, member: Member, code: str, limit: int = 200) -> str:
    """A text that stays in the journal in clear, so that it may hold neither the member's name nor a long number."""
    text = single_spaces(normal(text))[:limit]
    if (len(member.name) > 1 and member.name in text) or re.search(r"\d{9}", text):
        raise InvalidInput(code)
    return text


def note(
    actor: Actor,
    action: str,
    member: Member,
    payload: Mapping[str, object] | None = None,
    private: Mapping[str, object] | None = None,
) -> None:
    """An entry of the register's chain about one member."""
    append(
        STREAM,
        action,
        actor=actor.ref,
        at=clock.now(),
        payload={"member": member.number, **(payload or {})},
        person=member.number,
        private=private,
    )
