"""What to tell people about errors of availability, the duty rota and the communications test."""

from django.utils.translation import gettext_lazy as _

TEXTS = {
    "recurrence.form": _("How often it comes back can not be read. Choose the days again."),
    "recurrence.unknown": _("This way of coming back is not known here. Choose single days or days of the week."),
    "service.availability_state": _("Choose one of the choices on offer."),
    "service.availability_time": _("The times are not times of a day. Enter them again, for example 08:00."),
    "service.availability_minutes": _("Say how many minutes longer, between 1 and %(most)s."),
    "service.availability_never": _("No day from today on is left in it. Choose a later first or last day."),
    "service.availability_many": _("%(most)s entries stand already. Take back old ones first."),
    "service.availability_gone": _("This entry was taken back already. Load the page again."),
    "service.availability_not_then": _("On that day the entry does not count anyway. Load the page again."),
    "service.post_name": _("Give the post a name of two letters or more."),
    "service.post_known": _("There is a post of this name already."),
    "service.turns_range": _("Choose at most %(days)s days, the first one first, and 1 to %(heads)s people."),
    "service.turn_too_long": _("A turn may last %(hours)s hours at most. Make two of it."),
    "service.turn_full": _("This turn is full meanwhile. Choose another."),
    "service.turn_over": _("This turn has begun or was taken off the rota. Load the page again."),
    "service.seat_taken": _("He has this turn already."),
    "service.turn_overlap": _("At that time he has another turn. Choose another, or offer that one first."),
    "service.turn_no_rest": _(
        "With the turns around it this would be more than %(hours)s hours without %(rest)s hours of rest."
    ),
    "service.not_for_him": _("This post is for active people of its own unit who hold what it asks for."),
    "service.swap_open": _("This turn is offered already."),
    "service.swap_over": _("This offer was taken or settled meanwhile. Load the page again."),
}
