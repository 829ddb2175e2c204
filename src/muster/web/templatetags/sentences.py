"""The sentence of an error, for pages that show it beside the form instead of on a page of its own."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from muster.core.errors import MusterError
from muster.web.texts import ERROR_TEXTS

register = template.Library()


@register.filter
def sentence(error: MusterError) -> str:
    """What to do next, in the reader's language; codes without a text of their own get a general one."""
    text = ERROR_TEXTS.get(error.code)
    if text is None:
        return _("This was refused. Check what you typed and try again.")
    return str(text) % error.params if error.params else str(text)
