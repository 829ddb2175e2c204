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
    "service.bulk_nobody": _("Nobody was chosen. Tick people in the list first."),
    "service.bulk_too_many": _("At most %(most)s people can be changed in one go. Narrow the list by a filter first."),
    "service.bulk_order": _("Say first what is to be changed."),
    "service.bulk_moved": _("Somebody changed these people meanwhile. Nothing was done. Look at the new preview."),
    "service.bulk_nothing": _("Nobody is left whom this would change. Nothing was done."),
    "service.bulk_undone": _("This was put back already."),
    "service.bulk_unknown": _("There is no such change, or it is not yours. Choose it from the list."),
    "service.bulk_not_yours": _("Somebody else made this change. Ask him or the office to put it back."),
    "service.bulk_not_active": _("Is not active."),
    "service.bulk_away_already": _("Is entered as away for all of this time already."),
    "service.bulk_not_held": _("Does not hold this capability. Add it after the course instead."),
    "service.bulk_no_end": _("Has a certificate without an end; nothing to renew."),
    "service.bulk_not_longer": _("Has a certificate that lasts as long or longer."),
    "service.bulk_held": _("Holds this capability already. Renew the certificate instead."),
    "service.bulk_in_unit": _("Serves in this unit already."),
    "service.bulk_leads": _(
        "Leads the unit. Change this one on the own card, so that the unit is not left without a lead."
    ),
    "service.bulk_committed": _("Is on duty or has accepted a callout."),
    "service.bulk_changed_since": _("Was changed by something else since."),
}
