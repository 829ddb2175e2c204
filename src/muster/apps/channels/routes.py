"""By which channel a member is reached first, and by which one next."""

from __future__ import annotations

from collections.abc import Iterable

from muster.apps.channels.addresses import OF_CONTACT, address, contacts_of
from muster.apps.channels.gates import gateway_url
from muster.apps.channels.order import CALL_LIST, Step, steps
from muster.apps.people.models import Member


class Routes:
    """The order of channels for these members in one mode; at most one query, none while text messages are all there is."""

    def __init__(self, exercise: bool, members: Iterable[Member]) -> None:
        self._steps = tuple(
            step for step in steps() if step.channel == CALL_LIST or gateway_url(exercise, step.channel)
        )
        self._ends_by_hand = any(step.channel == CALL_LIST for step in self._steps)
        needs = any(step.channel == "voice" or step.channel in OF_CONTACT for step in self._steps)
        self._contacts = contacts_of(member.pk for member in members) if needs else {}

    def first(self, member: Member) -> str:
        """The channel to begin with; the call list for those who want to be telephoned, or whom no machine reaches."""
        if member.prefers == CALL_LIST:
            return CALL_LIST
        return self._reaching(self._steps, member) or CALL_LIST

    def after(self, channel: str, member: Member) -> str:
        """The channel that follows this one, "" when it was the last."""
        names = [step.channel for step in self._steps]
        if channel == CALL_LIST:
            return ""
        rest = self._steps[names.index(channel) + 1 :] if channel in names else ()
        return self._reaching(rest, member) or (CALL_LIST if self._ends_by_hand else "")

    def _reaching(self, steps: Iterable[Step], member: Member) -> str:
        contacts = self._contacts.get(member.pk, {})
        return next((step.channel for step in steps if address(step.channel, member, contacts)), "")
