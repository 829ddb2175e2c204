"""What the acts of the field pages, of the morning sheet and of reviews are called in the journal."""

from django.utils.translation import gettext_lazy as _

from muster.journal.sentences import register

register(
    {
        "people.numbers_to_dial": _("Numbers taken for telephoning"),
        "daily.duty_entered": _("Entered who is on duty"),
        "daily.reader_added": _("Summary of the morning sheet to be sent to a member"),
        "daily.reader_removed": _("Summary of the morning sheet no longer sent to a member"),
        "daily.asked": _("Morning sheet asked for"),
        "daily.made": _("Morning sheet made"),
        "share.made": _("Link to the partner view made"),
        "share.ended": _("Link to the partner view ended"),
        "lesson.raised": _("Finding %(lesson)s of the review written down"),
        "lesson.changed": _("Finding %(lesson)s of the review changed"),
        "lesson.ended": _("Finding %(lesson)s of the review ended"),
        "daily.missed": _("Morning sheet not made: its day is over"),
    }
)
