"""What incidents do when channels or roads have news. Called inside the transaction that brings them."""

from __future__ import annotations

from collections.abc import Iterable

from muster.apps.channels.models import InMessage, OutMessage
from muster.apps.incidents.actions import note_message, take_text
from muster.apps.incidents.actions.common import lock_callouts
from muster.apps.incidents.actions.solving import solve_all_again
from muster.apps.incidents.models import Incident
from muster.apps.incidents.reads.access import OVER
from muster.apps.incidents.reads.waiting import refs_wanting


def on_message_locking(refs: Iterable[str], **_: object) -> None:
    lock_callouts(refs)


def on_message_changed(message: OutMessage, **_: object) -> None:
    note_message(message)


def on_alerts_wanting(refs: Iterable[str], **_: object) -> set[str]:
    return refs_wanting(refs)


def on_incident_open(**_: object) -> bool:
    return Incident.objects.exclude(state__in=OVER).exists()


def on_text_received(in_message: InMessage, **_: object) -> str:
    """Returns how the text was handled; the channel keeps the word."""
    return take_text(in_message)


def on_roads_changed(**_: object) -> None:
    solve_all_again()
