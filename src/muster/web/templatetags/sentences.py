"""The sentence of an error, for pages that show it beside the form instead of on a page of its own."""

from __future__ import annotations

from django import template

from muster.web.errors import sentence

register = template.Library()
register.filter("sentence", sentence)
