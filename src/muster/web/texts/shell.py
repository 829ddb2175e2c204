"""Sentences for the codes of the page shell and of the live page."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, str | Promise] = {
    "web.bad_request": _(
        "Something in the form does not fit. Go back and check what was entered; nothing was changed."
    ),
    "live.too_many": _("Too many pages are watching at once. Close some windows; this page keeps what it has loaded."),
}
