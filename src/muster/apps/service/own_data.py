"""What service keeps about a member: turns of duty with their pay, times, the rota, and how he answered past calls."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from muster.apps.people.models import Member
from muster.apps.people.own_data import Told, moment, register
from muster.apps.service.models import Attendance, AvailabilityRule, DutySeat, PastAlert
from muster.apps.service.reads.history import outcome_of
from muster.apps.service.reads.own import paid_days

TURNS, CALLS = gettext_lazy("My turns of duty"), gettext_lazy("How you answered when called")


def _minute(value: int) -> str:
    return f"{value // 60:02d}:{value % 60:02d}"


def tell(member: Member) -> Iterable[Told]:
    """In the words of the page."""
    outcomes = {
        "came": pgettext("call", "came"),
        "declined": _("declined"),
        "silent": _("no answer"),
        "no_show": _("said yes, did not come"),
        "undelivered": _("not delivered"),
    }
    for turn in Attendance.objects.filter(member=member).order_by("starts_at"):
        kind = f"  ({_('exercise')})" if turn.exercise else ""
        yield Told(TURNS, moment(turn.starts_at), moment(turn.ends_at) + kind)
    for day in paid_days(member):
        yield Told(_("Pay"), f"{day.day}", f"{day.amount:.2f} CNY")
    for rule in AvailabilityRule.objects.filter(member=member).order_by("pk"):
        times = f"{rule.starts_on} {_minute(rule.from_minute)}–{_minute(rule.to_minute)} {rule.rrule}"
        back = f"  ({_('taken back')} {moment(rule.cancelled_at)})" if rule.cancelled_at else ""
        reason = f" {rule.get_reason_display()}" if rule.reason else ""
        yield Told(_("When I can be called"), times, f"{rule.get_state_display()}{reason}{back}")
    for seat in DutySeat.objects.filter(member=member).select_related("turn").order_by("turn__starts_at"):
        yield Told(_("Duty rota"), moment(seat.turn.starts_at), moment(seat.turn.ends_at))
    for call in PastAlert.objects.filter(member=member).order_by("called_at"):
        outcome = outcome_of(call.delivered, call.reply, call.arrived_minutes)
        kind = f"  ({_('exercise')})" if call.exercise else ""
        yield Told(CALLS, moment(call.called_at), outcomes[outcome] + kind)


register("service", tell)
