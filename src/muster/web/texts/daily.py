"""What to tell people about the morning sheet."""

from django.utils.translation import gettext_lazy as _

TEXTS = {
    "daily.no_sheet": _("There is no sheet of that day. Choose one of the list of earlier sheets."),
    "daily.made_already": _("Today's sheet is there already, or is just being made. Load the page again."),
    "daily.not_due": _("Today's sheet is not made before %(time)s. Load the page to see how things stand now."),
    "daily.duty_blank": _("Nothing was entered: give the name of the leader or of the duty officer."),
    "daily.duty_day": _("Only today and the next seven days can be entered. Choose a day of the list."),
    "daily.reader_unknown": _("No active member has this number or name. Look in the people list."),
    "daily.reader_ambiguous": _("Several members have this name. Give the member number instead."),
    "daily.reader_not_agreed": _("Ask him first, then tick that he agreed to get the text."),
    "daily.reader_no_mobile": _("This member has no mobile number. Enter one on his card first."),
    "daily.reader_withdrew": _("This member took back the consent to be called, so no text goes to him."),
    "daily.reader_twice": _("This member gets the text already."),
    "daily.readers_full": _("At most %(most)s members get the text. Take somebody off first."),
}
