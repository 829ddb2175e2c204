"""How members turned out when they were called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from muster.apps.people.models import Member
from muster.apps.service.models import Attendance, PastAlert

Outcome = Literal["came", "declined", "silent", "no_show", "undelivered"]
SHOWN = 12


@dataclass(frozen=True, slots=True)
class PastCall:
    """One call of the past: when, by what, and what came of it."""

    callout_ref: str
    called_at: datetime
    channel: str
    outcome: Outcome
    reply_minutes: float | None
    arrived_minutes: float | None


@dataclass(frozen=True, slots=True)
class MemberHistory:
    """The last calls, newest first, and counts over all of them."""

    calls: tuple[PastCall, ...]
    called: int
    delivered: int
    accepted: int
    came: int
    turns: int


def outcome_of(delivered: bool, reply: str, arrived_minutes: float | None) -> Outcome:
    """What came of an alert. Who arrived came, whatever he had answered; an acceptance without arrival is a no-show."""
    if arrived_minutes is not None:
        return "came"
    if reply == "accepted":
        return "no_show"
    if reply == "declined":
        return "declined"
    return "silent" if delivered else "undelivered"


def member_history(member: Member, shown: int = SHOWN) -> MemberHistory:
    """The member's actual calls; the newest `shown` of them one by one."""
    rows = list(PastAlert.objects.filter(member=member, exercise=False).order_by("-called_at", "-pk"))
    calls = tuple(
        PastCall(
            row.callout_ref,
            row.called_at,
            row.channel,
            outcome_of(row.delivered, row.reply, row.arrived_minutes),
            row.reply_minutes,
            row.arrived_minutes,
        )
        for row in rows
    )
    return MemberHistory(
        calls=calls[:shown],
        called=len(rows),
        delivered=sum(row.delivered for row in rows),
        accepted=sum(row.reply == "accepted" for row in rows),
        came=sum(call.outcome == "came" for call in calls),
        turns=Attendance.objects.filter(member=member).count(),
    )


def histories(member_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """member id -> (calls that reached him, acceptances), for a page of the list."""
    counts: dict[int, tuple[int, int]] = {}
    rows = PastAlert.objects.filter(member__in=list(member_ids), delivered=True, exercise=False)
    for member, reply in rows.values_list("member_id", "reply"):
        reached, accepted = counts.get(member, (0, 0))
        counts[member] = reached + 1, accepted + (reply == "accepted")
    return counts
