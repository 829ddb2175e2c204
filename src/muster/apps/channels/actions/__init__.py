"""Every write of the channels."""

from muster.apps.channels.actions.call_list import mark_told, open_call_list
from muster.apps.channels.actions.calls import record_call
from muster.apps.channels.actions.findings import correct_number, dismiss_finding, raise_finding, report_wrong_number
from muster.apps.channels.actions.following import move_on, stop_following
from muster.apps.channels.actions.inbox import announce, announce_left_over, record_inbound
from muster.apps.channels.actions.outbox import Draft, cancel_waiting, queue_message, queue_messages
from muster.apps.channels.actions.receipts import record_receipt
from muster.apps.channels.actions.relay import (
    forget_relay_faults,
    keep_relay_answer,
    make_relay_keys,
    next_relay_turn,
    note_relay_answers,
    note_relay_heard,
    note_relay_trouble,
)
from muster.apps.channels.actions.sending import claim_batch, due_channels, mark_failed, mark_sent, recover_claims
from muster.apps.channels.actions.testing import comms_step, set_schedule, start_test, stop_test

__all__ = [
    "Draft",
    "announce",
    "announce_left_over",
    "cancel_waiting",
    "claim_batch",
    "comms_step",
    "correct_number",
    "dismiss_finding",
    "due_channels",
    "forget_relay_faults",
    "keep_relay_answer",
    "make_relay_keys",
    "mark_failed",
    "mark_sent",
    "mark_told",
    "move_on",
    "next_relay_turn",
    "note_relay_answers",
    "note_relay_heard",
    "note_relay_trouble",
    "open_call_list",
    "queue_message",
    "queue_messages",
    "raise_finding",
    "record_call",
    "record_inbound",
    "record_receipt",
    "recover_claims",
    "report_wrong_number",
    "set_schedule",
    "start_test",
    "stop_following",
    "stop_test",
]
