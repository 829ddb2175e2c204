"""A change for many people: what it would do (`preview`), doing it in one go (`carry_out`), putting it back (`undo`)."""

from muster.apps.service.actions.bulk.doing import MOST_PEOPLE, Preview, Undone, carry_out, preview, undo
from muster.apps.service.actions.bulk.kinds import Order, Verdict

__all__ = ["MOST_PEOPLE", "Order", "Preview", "Undone", "Verdict", "carry_out", "preview", "undo"]
