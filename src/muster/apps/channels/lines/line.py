"""What every channel is to the sender: a line that takes one message to one person, or says why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import httpx


@dataclass(frozen=True, slots=True)
class Parcel:
    """What one thread needs to hand a message over, and no database row. `to` is a number or an address of the channel."""

    client_id: str
    to: str
    text: str
    exercise: bool
    url: str
    key: str
    channel: str = "sms"
    language: str = "zh-hans"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`taken`; `refused` for good; `again`: surely not taken; `perhaps`: nobody knows."""

    word: Literal["taken", "refused", "again", "perhaps"]
    error: str = ""


class Line(Protocol):
    """One channel beside the call list. Lines do I/O and touch no database: they run in the sender's threads."""

    @property
    def name(self) -> str:
        """As in OutMessage.channel."""

    def parts(self, text: str, /) -> int:
        """How many units the provider charges for this text."""

    def send(self, client: httpx.Client, parcel: Parcel, /) -> Outcome:
        """One try; mode, gateway and mark are checked already. Never waits without an end."""
