"""Where a member is reached on each channel."""

from __future__ import annotations

from collections.abc import Iterable

from muster.apps.people.models import Contact, Member
from muster.codecs import phone
from muster.core.errors import InvalidInput

CHUNK = 500
OF_CONTACT = {"email": "email", "app": "app"}  # channel -> kind of contact that it needs


def contacts_of(member_ids: Iterable[int]) -> dict[int, dict[str, str]]:
    """member -> kind of contact -> its value, the first of each kind."""
    wanted, found = sorted(set(member_ids)), dict[int, dict[str, str]]()
    for start in range(0, len(wanted), CHUNK):
        for row in Contact.objects.filter(member__in=wanted[start : start + CHUNK]).order_by("pk"):
            found.setdefault(row.member_id, {}).setdefault(row.kind, row.value)
    return found


def has_mobile(member: Member) -> bool:
    """Whether a text message can reach the member at all."""
    return _kind(member.phone) == "mobile"


def _kind(number: str) -> str:
    if not number:
        return ""
    try:
        return phone.parse(number).kind
    except InvalidInput:  # an old number that no longer passes the rules: the call list shows it as it is
        return ""


def address(channel: str, member: Member, contacts: dict[str, str]) -> str:
    """Number or address for this channel, "" when it can not reach the member. A relative is never called by a machine."""
    if channel == "sms":
        return member.phone if has_mobile(member) else ""
    if channel == "voice":
        return next((number for number in (member.phone, contacts.get("landline", "")) if _kind(number)), "")
    return contacts.get(OF_CONTACT.get(channel, ""), "")
