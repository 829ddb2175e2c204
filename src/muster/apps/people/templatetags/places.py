"""The village behind a unit, in the language of the page."""

from __future__ import annotations

from django import template

from muster.apps.people.reads.places import place_name

register = template.Library()
register.filter("place", place_name)
