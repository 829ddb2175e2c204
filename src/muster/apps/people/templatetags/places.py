"""The village behind a unit, in the language of the page."""

from __future__ import annotations

from django import template

from muster.apps.people.models import Unit
from muster.web.show import in_chinese, label

register = template.Library()


@register.filter
def place(unit: Unit) -> str:
    """The village as Chinese pages name it (石塘村, of the unit 石塘连); on English pages the unit's English name, which is
    that of its village, and the Chinese one where there is none."""
    return unit.place if unit.place and (in_chinese() or not unit.name_en) else label(unit)
