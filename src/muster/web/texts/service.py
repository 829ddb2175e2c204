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
}
