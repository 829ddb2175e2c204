"""What the acts of the field pages and of the morning sheet are called in the journal."""

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
        "daily.missed": _("Morning sheet not made: its day is over"),
    }
)
