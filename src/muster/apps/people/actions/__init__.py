"""Every write to the registers of people: check the right and the state, do, journal."""

from muster.apps.people.actions.away import add_away, cancel_away
from muster.apps.people.actions.common import check_office
from muster.apps.people.actions.contacts import (
    add_contact,
    change_phone,
    give_consent,
    remove_contact,
    unmask,
    withdraw_consent,
)
from muster.apps.people.actions.erasing import erase_member
from muster.apps.people.actions.holdings import remove_holding, restore_holding, set_holding
from muster.apps.people.actions.members import MemberInput, move_member, save_member, set_member_state
from muster.apps.people.actions.requests import ask_erasure, note_own_export, refuse_erasure, take_back_erasure
from muster.apps.people.actions.runs import drop_import, note_export, order_take_over, start_import, take_refused
from muster.apps.people.actions.seed import seed_capabilities
from muster.apps.people.actions.taking_over import Taken, take_over
from muster.apps.people.actions.units import UnitTree, set_establishment, set_unit_state, upsert_units

__all__ = [
    "MemberInput",
    "Taken",
    "UnitTree",
    "add_away",
    "add_contact",
    "ask_erasure",
    "cancel_away",
    "change_phone",
    "check_office",
    "drop_import",
    "erase_member",
    "give_consent",
    "move_member",
    "note_export",
    "note_own_export",
    "order_take_over",
    "refuse_erasure",
    "remove_contact",
    "remove_holding",
    "restore_holding",
    "save_member",
    "seed_capabilities",
    "set_establishment",
    "set_holding",
    "set_member_state",
    "set_unit_state",
    "start_import",
    "take_back_erasure",
    "take_over",
    "take_refused",
    "unmask",
    "upsert_units",
    "withdraw_consent",
]
