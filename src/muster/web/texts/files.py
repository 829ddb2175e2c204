"""What to tell people about values that codecs and core refuse: histories, dates, points, amounts, clocks."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, str | Promise] = {
    "date_impossible": _("This day is not in the calendar. Check year, month and day."),
    "history_id_blank": _("A row lacks the number of its callout or of its member. Fill it in."),
    "history_time": _("This is no time of a callout. Write it as 2026-11-23 14:20, in Beijing time."),
    "history_channel": _("This channel is not known. Write sms, app, voice, mail or list."),
    "history_delivered": _("Write yes or no for “delivered”."),
    "history_reply": _("This reply is not known. Write accepted, declined or none."),
    "history_minutes": _("Minutes must be a number between 0 and one week."),
    "history_contradiction": _(
        "A reply and its minutes must stand together, and only delivered alerts can be replied to. Check the row."
    ),
    "history_double": _("This member stands twice in the same callout. Keep one of the rows."),
    "history_id_long": _("The number of the callout is longer than 20 characters. Shorten it."),
    "geo.bbox": _("West must lie west of east and south of north. Check the edges of the area."),
    "units.hour": _("An hour lies between 0 and 23."),
    "money.form": _("This is no amount. Write it in yuan, for example 200.00."),
    "clock.aware": _("A local time was expected. Report this; nothing was changed."),
    "clock.naive": _("A time without its time zone came in. Report this; nothing was changed."),
    "clock.speed": _("The speed of a clock can not be negative. Choose 0 or more."),
    "id.form": _("This is no identifier of this system. Copy it again in full."),
    "id.moment": _("This moment lies outside of what identifiers can hold. Check the clock of the machine."),
    "id.randomness": _("An identifier could not be made. Report this; nothing was changed."),
}
