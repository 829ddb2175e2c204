"""What to tell people about the telephone pages of town officers and village leads."""

from django.utils.translation import gettext_lazy as _

TEXTS = {
    "desk.entry_form": _("This entry makes no sense to the office. Load the page again and note it once more."),
    "desk.entry_of_another": _("This entry was made by somebody else. Load the page again and note it once more."),
}
