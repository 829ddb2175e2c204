"""What to tell people about refused muster points and sites."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, str | Promise] = {
    "plans.point_unknown": _("There is no such muster point. Look for it under Plans, Places."),
    "plans.site_unknown": _("There is no such site. Look for it under Plans, Places."),
    "plans.place_name_blank": _("Give the place a name."),
    "plans.place_text_long": _("At most %(most)s characters fit here. Shorten it."),
    "plans.place_swapped": _("Longitude and latitude seem to be exchanged. Longitude is the larger number here."),
    "plans.place_outside": _("The point does not lie in the country. Check longitude and latitude."),
    "plans.place_far": _("The point lies %(km)s km from the nearest unit. Check longitude and latitude."),
    "plans.point_letter": _("Give the point one letter from A to Z, or a letter with one more letter or digit."),
    "plans.point_letter_taken": _("Another muster point has the letter %(letter)s. Choose a free one."),
    "plans.point_letter_used": _(
        "Callouts were sent to muster point %(letter)s: its letter stands in messages and on posters. "
        "Keep the letter, or enter a new muster point."
    ),
    "plans.point_in_plan": _("The plan “%(plan)s” uses this muster point. Take it out of the plan first."),
    "plans.point_in_use": _("A callout or a retired plan names this muster point; it has to stay on record."),
    "plans.site_slug": _("The short name takes small letters, digits and hyphens, at most 40."),
    "plans.site_slug_taken": _("Another site has the short name “%(slug)s”. Choose another."),
    "plans.site_in_use": _("A plan or an incident names this site; it has to stay on record."),
}
