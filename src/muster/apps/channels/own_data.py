"""What the channels keep about a member: the messages that were sent to him. Reply links in them are left out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from muster.apps.channels.models import OutMessage
from muster.apps.people.models import Member
from muster.apps.people.own_data import Told, moment, register

LINK = re.compile(r"https?://\S+")


def tell(member: Member) -> Iterable[Told]:
    """Messages by time with their words."""
    part = _("Messages sent to you")
    for message in OutMessage.objects.filter(member=member).order_by("queued_at", "pk"):
        words = f"{message.get_state_display()}: {LINK.sub('…', message.body)}"
        yield Told(part, moment(message.sent_at or message.queued_at), words)


register("channels", tell)
