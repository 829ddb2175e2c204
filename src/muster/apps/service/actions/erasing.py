"""What service keeps about an erased person: turns of duty and past calls, under the number of a shell without a name.

They are sums of money and times, which accounts and the response model of the whole district need; nothing is blanked.
"""

from __future__ import annotations

from muster.apps.people.erasure import Part, register
from muster.apps.people.models import Member
from muster.apps.service.models import Attendance, Commitment


def hinder(member: Member) -> str:
    """Nobody is erased while he is taken for something or on duty."""
    taken = Commitment.objects.filter(member=member, ends_at=None).exists()
    on_duty = Attendance.objects.filter(member=member, ends_at=None).exists()
    return "service.erase_on_duty" if taken or on_duty else ""


def erase(_member: Member) -> int:
    return 0


register(Part("service", hinder, erase))
