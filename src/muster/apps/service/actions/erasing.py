"""What service keeps about an erased person: turns of duty and past calls, under the number of a shell without a name.

They are sums of money and times, which accounts and the response model of the whole district need. When somebody could
be called is nobody's business any more and goes.
"""

from __future__ import annotations

from django.db.models import Q

from muster.apps.people.erasure import Part, register
from muster.apps.people.models import Member
from muster.apps.service.models import Attendance, AvailabilityRule, BulkChange, Commitment, DutySeat, DutySwap


def hinder(member: Member) -> str:
    """Nobody is erased while he is taken for something or on duty."""
    taken = Commitment.objects.filter(member=member, ends_at=None).exists()
    on_duty = Attendance.objects.filter(member=member, ends_at=None).exists()
    return "service.erase_on_duty" if taken or on_duty else ""


def erase(member: Member) -> int:
    """Rows removed."""
    taken = Q(giver=member) | Q(taker=member)
    rows = (
        AvailabilityRule.objects.filter(member=member),
        DutySwap.objects.filter(taken),
        DutySeat.objects.filter(member=member),
        BulkChange.objects.filter(member=member),
    )
    return sum(found.delete()[0] for found in rows)


register(Part("service", hinder, erase))
