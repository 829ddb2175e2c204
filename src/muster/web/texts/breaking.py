"""What to tell people at the panel that breaks things in exercises."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, str | Promise] = {
    "exercise.not_an_exercise_home": _("Things are broken on purpose in exercises alone. This is none."),
    "exercise.incident_over": _("This exercise is over. Open a new one to break things in it."),
    "exercise.no_bridge": _("There is no such bridge on the road network. Choose one from the panel."),
    "exercise.no_such_trouble": _("The panel knows no such trouble. Load the page again and press once more."),
    "exercise.no_place": _("There is no such village or town. Choose one from the list."),
    "exercise.no_engine": _(
        "Nobody plays the world outside just now, so gateway and places can not be broken. "
        "Start the exercise with muster demo and try again."
    ),
    "exercise.no_lane": _("This process does not run just now. Wait until it is back, then try again."),
    "exercise.broken_already": _("This is broken already. Mend it first, or break something else."),
    "exercise.whole_already": _("This is whole already; there is nothing to mend."),
}
