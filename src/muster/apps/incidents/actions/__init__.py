"""Every write on incidents and callouts: check right and state, do, journal, announce after commit."""

from muster.apps.incidents.actions.ending import close_incident, review_done, stand_down
from muster.apps.incidents.actions.following import follow_up
from muster.apps.incidents.actions.opening import (
    NeedInput,
    choose_plan,
    mark_false_alarm,
    open_incident,
    set_calling,
    set_needs,
    set_policy,
)
from muster.apps.incidents.actions.presence import check_in, check_in_by_token, leave
from muster.apps.incidents.actions.replies import note_message, record_reply, record_reply_at_desk
from muster.apps.incidents.actions.roll_call import answer_roll_call, close_roll_call, start_roll_call
from muster.apps.incidents.actions.sending import approve, release, send_by_hand, send_replacements
from muster.apps.incidents.actions.solving import ask_again, claim_solve, drop_claim, store_run
from muster.apps.incidents.actions.taking_back import take_back_check_in
from muster.apps.incidents.actions.texts import take_text
from muster.apps.incidents.actions.units import call_people_of_silent_leads, confirm_unit

__all__ = [
    "NeedInput", "answer_roll_call", "approve", "ask_again", "call_people_of_silent_leads", "check_in",
    "check_in_by_token", "choose_plan", "claim_solve", "close_incident", "close_roll_call", "confirm_unit",
    "drop_claim", "follow_up", "leave", "mark_false_alarm", "note_message", "open_incident", "record_reply",
    "record_reply_at_desk", "release", "review_done", "send_by_hand", "send_replacements", "set_calling",
    "set_needs", "set_policy", "stand_down", "start_roll_call", "store_run", "take_back_check_in", "take_text",
]  # fmt: skip
