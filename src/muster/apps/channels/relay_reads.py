"""Questions about the reply relay."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from muster.apps.channels.models import OutMessage, RelayLink

SILENT_AFTER = timedelta(seconds=30)
_TOKEN = re.compile(r"https?://\S+/r/([A-Za-z0-9_-]{16,64})(?![A-Za-z0-9_-])")


@dataclass(frozen=True, slots=True)
class RelayState:
    """`trouble`: "" | relay_no_keys | relay_silent | relay_refused (it brought answers that can not be right) | relay_lost
    (answers it had are gone). `since`: when it was last heard, real time; None when never."""

    trouble: str
    since: datetime | None


def relay_address() -> str:
    """Where the lane talks to the relay; empty without one, or where files are carried instead."""
    url = settings.MUSTER_RELAY_URL
    return url if url.startswith(("http://", "https://")) else ""


def relay_link() -> RelayLink | None:
    """The relay's row; None before `muster relay keys`."""
    return RelayLink.objects.first()


def relay_state() -> RelayState:
    """What is wrong with the relay right now, the worst first. Carried files are never called silent."""
    link = relay_link() if settings.MUSTER_RELAY_URL else None
    if link is None:
        return RelayState("relay_no_keys" if settings.MUSTER_RELAY_URL else "", None)
    if relay_address() and (link.heard_at is None or timezone.now() - link.heard_at > SILENT_AFTER):
        return RelayState("relay_silent", link.heard_at)
    if link.refused:
        return RelayState("relay_refused", link.heard_at)
    return RelayState("relay_lost" if link.missing else "", link.heard_at)


def link_tokens(refs: Iterable[str]) -> dict[str, str]:
    """ref -> the secret in the link of its alert message, as it was sent; refs whose message has no link are absent."""
    found = {}
    for message in OutMessage.objects.filter(ref__in=list(refs), kind="alert").only("ref", "body"):
        link = _TOKEN.search(message.body)
        if link:
            found[message.ref] = link.group(1)
    return found
