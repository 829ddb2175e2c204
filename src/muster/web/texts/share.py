"""What to tell people about links to the partner view."""

from django.utils.translation import gettext_lazy as _

TEXTS = {
    "share.hours": _("Choose from the list how long the link holds."),
    "share.reason": _("Say for whom the link is and what for."),
    "share.too_many": _("There are %(most)s links that hold. End some of them first."),
    "share.unknown": _("This incident has no such link. Load the page again."),
}
