"""The village behind a unit and the map behind coordinates, in the language of the page."""

from __future__ import annotations

from django import template

from muster.apps.people.forms import DATUM_NAMES
from muster.apps.people.reads.places import place_name

register = template.Library()
register.filter("place", place_name)


@register.filter
def datum(code: str) -> str:
    """The map that coordinates come from, as the forms name it."""
    return str(DATUM_NAMES.get(code, code))
