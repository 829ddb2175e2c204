"""Contacts, consents, and seeing a number whole."""

from __future__ import annotations

from django.db import transaction

from muster.access.rights import Actor, Right
from muster.apps.people.actions.common import check_member, nameless, note, stated
from muster.apps.people.actions.members import note_changed, phone_fields
from muster.apps.people.models import Consent, Contact, Member
from muster.codecs import idnumber, messenger, phone
from muster.core.errors import Conflict, InvalidInput
from muster.jobs import clock
from muster.journal.actions import append

UNMASKABLE = ("phone", "id_number")
PURPOSES = ("callout", "position", "employer")
CONTACT_KINDS = ("landline", "email", "app", "relative")


@transaction.atomic
def unmask(actor: Actor, member: Member, field: str, reason: str) -> str:
    """The member's "phone" or "id_number" whole, as it is written at home. The reason goes to the security journal.

    InvalidInput "people.reason_missing", "people.reason_names" (it names the member: an erasure could not take that out
    of the journal again), "people.field_unknown".
    """
    check_member(actor, member, Right.UNMASK)
    if field not in UNMASKABLE:
        raise InvalidInput("people.field_unknown", field=field)
    reason = nameless(stated(reason, "people.reason_missing"), member, "people.reason_names")
    append(
        "security",
        "number.unmasked",
        actor=actor.ref,
        at=clock.now(),
        payload={"member": member.number, "field": field, "reason": reason},
        person=member.number,
    )
    return phone.national(member.phone) if field == "phone" else member.id_number


def _masked(kind: str, value: str) -> str:
    if kind == "email":
        name, _, host = value.partition("@")
        return f"{name[:1]}***@{host}"[:40]
    if kind == "app":
        return messenger.masked(value)
    return phone.masked(value)[:40] if value.startswith("+") else idnumber.masked(value)[:40]


@transaction.atomic
def change_phone(actor: Actor, member: Member, value: str) -> Member:
    """Put another number onto the books and leave all else; members may do so for themselves. Codes of the codec for a bad
    number."""
    check_member(actor, member, Right.EDIT_PEOPLE, own=True)
    row = Member.objects.select_for_update().get(pk=member.pk)
    before, fields = row.phone, phone_fields(phone.parse(value).e164)
    for name, new in fields.items():
        setattr(row, name, new)
    row.save(update_fields=sorted(fields))
    note_changed(actor, "member.changed", row, {"phone": before})
    return row


@transaction.atomic
def add_contact(actor: Actor, member: Member, kind: str, value: str) -> Contact:
    """A further way to reach the member. InvalidInput "people.contact_kind", "people.contact_email", codes of numbers
    and of messengers."""
    check_member(actor, member, Right.EDIT_PEOPLE, own=True)
    if kind not in CONTACT_KINDS:
        raise InvalidInput("people.contact_kind", kind=kind)
    if kind == "email":
        value = value.strip()
        name, _, host = value.partition("@")
        if not name or "." not in host or " " in value or len(value) > 120:
            raise InvalidInput("people.contact_email")
    elif kind == "app":
        value = messenger.person_address(value)
    else:
        value = phone.parse(value).e164
    contact = Contact(member=member, kind=kind, value=value, masked=_masked(kind, value))
    contact.save(force_insert=True)
    note(actor, "contact.added", member, {"kind": kind})
    return contact


@transaction.atomic
def remove_contact(actor: Actor, contact: Contact) -> None:
    """Forget a contact."""
    check_member(actor, contact.member, Right.EDIT_PEOPLE, own=True)
    contact.delete()
    note(actor, "contact.removed", contact.member, {"kind": contact.kind})


@transaction.atomic
def give_consent(actor: Actor, member: Member, purpose: str) -> Consent:
    """The member agrees to `purpose` ("callout", "position", "employer"); given twice counts once."""
    check_member(actor, member, Right.EDIT_PEOPLE, own=True)
    if purpose not in PURPOSES:
        raise InvalidInput("people.purpose_unknown", purpose=purpose)
    standing = Consent.objects.filter(member=member, purpose=purpose, withdrawn_at=None).first()
    if standing is not None:
        return standing
    consent = Consent(member=member, purpose=purpose, given_at=clock.now())
    consent.save(force_insert=True)
    note(actor, "consent.given", member, {"purpose": purpose})
    return consent


@transaction.atomic
def withdraw_consent(actor: Actor, consent: Consent) -> None:
    """The member takes it back. Conflict "people.consent_withdrawn" the second time."""
    check_member(actor, consent.member, Right.EDIT_PEOPLE, own=True)
    changed = Consent.objects.filter(pk=consent.pk, withdrawn_at=None).update(withdrawn_at=clock.now())
    if not changed:
        raise Conflict("people.consent_withdrawn")
    note(actor, "consent.withdrawn", consent.member, {"purpose": consent.purpose})
