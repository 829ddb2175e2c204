"""Sentences for the codes of the live page."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, str | Promise] = {
    "live.too_many": _("Too many pages are watching at once. Close some windows; this page keeps what it has loaded."),
}
