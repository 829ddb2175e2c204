"""What the channels keep about an erased person: that messages went out and came in, but no longer what was in them."""

from __future__ import annotations

from muster.apps.channels.models import ContactFinding, FindingState, InMessage, MessageState, OutMessage, Receipt
from muster.apps.people.erasure import Part, register
from muster.apps.people.models import Member

UNDER_WAY = (MessageState.QUEUED, MessageState.CLAIMED)


def hinder(member: Member) -> str:
    """A message that is just leaving would still carry his number."""
    waiting = OutMessage.objects.filter(member=member, state__in=UNDER_WAY).exists()
    return "channels.erase_message_waits" if waiting else ""


def erase(member: Member) -> int:
    """Take the words out of his messages, and the number off his texts, also those that came before it was on the books."""
    sent = OutMessage.objects.filter(member=member).update(body="", error="")
    Receipt.objects.filter(message__member=member).update(detail="")
    findings = ContactFinding.objects.filter(member=member)
    findings.filter(state=FindingState.RAISED).update(state=FindingState.DISMISSED)  # nobody is to be found any more
    findings.update(number_index="", masked="", note="")
    ids = [*InMessage.objects.filter(member=member).values_list("pk", flat=True), *_nobodys(member)]
    return sent + InMessage.objects.filter(pk__in=ids).update(sender="", sender_masked="", body="")


def _nobodys(member: Member) -> list[int]:
    """Texts that could not be placed and came from his number; sealed, so that looking is the only way."""
    if not member.phone:
        return []
    texts = InMessage.objects.filter(member=None, sender_masked=member.phone_masked)
    return [text.pk for text in texts if text.sender == member.phone]


register(Part("channels", hinder, erase))
