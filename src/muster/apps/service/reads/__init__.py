"""Questions about service: who is taken, what is paid, how people turned out, how likely they will."""

from muster.apps.service.reads.availability import Availability, availability_at, off_duty_reasons
from muster.apps.service.reads.history import MemberHistory, PastCall, histories, member_history
from muster.apps.service.reads.pay import PayLine, pay_lines, pay_total
from muster.apps.service.reads.turnout import Turnout, current_model, model_in_force, turnout
from muster.apps.service.reads.whereabouts import committed_ids, on_duty_ids, resting_ids

__all__ = [
    "Availability",
    "MemberHistory",
    "PastCall",
    "PayLine",
    "Turnout",
    "availability_at",
    "committed_ids",
    "current_model",
    "histories",
    "member_history",
    "model_in_force",
    "off_duty_reasons",
    "on_duty_ids",
    "pay_lines",
    "pay_total",
    "resting_ids",
    "turnout",
]
