"""What to tell people about the findings of a review."""

from django.utils.translation import gettext_lazy as _

TEXTS = {
    "lessons.heading": _("Choose one of the four headings."),
    "lessons.text": _("Say in a sentence what was found."),
    "lessons.unknown": _("There is no such finding in this review. Load the page again."),
    "lessons.ended": _("This finding has been ended already. Load the page again."),
    "lessons.owner": _("Choose somebody of the list, or nobody."),
    "lessons.date": _("This is no date. Choose one, or leave it empty."),
    "lessons.state": _("Say whether it is done or dropped."),
    "lessons.how": _("Say what was done, or why it is no finding."),
    "lessons.own": _("Whoever sees to a finding can not confirm that it is done. Ask another officer to check it."),
    "planning.what_if": _("Give a whole number of people between 1 and %(most)s."),
}
