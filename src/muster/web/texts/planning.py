"""What to tell people when the planner is asked something that breaks its rules."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_NOT_COMPUTED = _("The plan could not be computed. Pick people by hand and send; report this.")

TEXTS: dict[str, str | Promise] = {
    "planning.need_capability": _("A line asks for a capability that can not be planned for. Choose it from the list."),
    "planning.need_people": _("A line asks for too few or too many people. Correct its number."),
    "planning.need_due": _("A line has no usable due time. Correct its minutes."),
    "planning.need_lines": _("There are %(lines)s lines; between 1 and %(most)s can be planned for together."),
    "planning.target": _("The wanted chance must lie between 0 and 1, and can not be 1."),
    "planning.call_size": _(
        "No number of people would be enough for this chance. Ask for less, or for likelier people."
    ),
    "planning.correlation": _NOT_COMPUTED,
    "planning.array_shape": _NOT_COMPUTED,
    "planning.index_range": _NOT_COMPUTED,
    "planning.negative": _NOT_COMPUTED,
    "planning.not_positive": _NOT_COMPUTED,
    "planning.not_a_share": _NOT_COMPUTED,
    "planning.not_finite": _NOT_COMPUTED,
    "planning.not_a_number": _NOT_COMPUTED,
    "planning.silent_without_time": _NOT_COMPUTED,
    "planning.travel": _NOT_COMPUTED,
    "planning.unknown_candidate": _NOT_COMPUTED,
    "planning.instance_incomplete": _("The instance lacks: %(missing)s."),
    "planning.history_minutes": _("A reply or an arrival of the history came before its alert. Correct the minutes."),
    "planning.nothing_to_check": _("There are too few past callouts to hold the chances against what happened."),
    "planning.model_unreadable": _(
        "The stored response model can not be read. Import the history again to fit a new one."
    ),
}
