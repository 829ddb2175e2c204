"""Template helpers every page may use without loading."""

from django import template

register = template.Library()
