"""Tabler outline icons as inline SVG, and our own marks for the states of people."""

from __future__ import annotations

import functools
import json
from pathlib import Path

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

OUTLINE = Path(__file__).resolve().parent / "static" / "vendor" / "icons" / "outline.json"


class UnknownIcon(LookupError):
    """A template asks for an icon that the icon set does not have."""


@functools.cache
def _nodes() -> dict[str, list[tuple[str, dict[str, str]]]]:
    return json.loads(OUTLINE.read_text(encoding="utf-8"))


@functools.cache
def icon(name: str, size: int = 18) -> SafeString:
    """Inline SVG of the outline icon `name`, `size` CSS pixels wide; it is decoration, the word beside it says it."""
    nodes = _nodes().get(name)
    if nodes is None:
        raise UnknownIcon(name)
    body = format_html_join("", "<{}{}/>", ((mark_safe(tag), _attributes(given)) for tag, given in nodes))
    return format_html(
        '<svg class="icon" width="{0}" height="{0}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{1}</svg>',
        size,
        body,
    )


def _attributes(given: dict[str, str]) -> SafeString:
    return format_html_join("", ' {}="{}"', given.items())


# Shape of every state of a person, 16 x 16; colours come from the class, so that day and night have their own.
SHAPES: dict[str, SafeString] = {
    "checked_in": mark_safe(
        '<rect x="1.5" y="1.5" width="13" height="13" rx="1.5" class="f"/><path d="M4.6 8.3l2.4 2.4 4.4-5" class="k"/>'
    ),
    "en_route": mark_safe('<path d="M8 1l5.6 13.6L8 11.4l-5.6 3.2z" class="f"/>'),
    "accepted": mark_safe('<circle cx="8" cy="8" r="5.8" class="f"/>'),
    "unclear": mark_safe('<path d="M8 1.8L14.2 8 8 14.2 1.8 8z" class="o"/>'),
    "silent": mark_safe('<circle cx="8" cy="8" r="5.2" class="o"/>'),
    "undelivered": mark_safe('<path d="M8 1.8l6.8 12.2H1.2z" class="f"/>'),
    "declined": mark_safe('<path d="M3.2 3.2l9.6 9.6M12.8 3.2l-9.6 9.6" class="x"/>'),
    "unaccounted": mark_safe(
        '<path d="M5.2 1.2h5.6l4 4v5.6l-4 4H5.2l-4-4V5.2z" class="f"/><path d="M8 4.4v4.4M8 11.1v.6" class="k"/>'
    ),
    "released": mark_safe('<path d="M2 8h9.2M8 4.4L11.6 8 8 11.6M14 3v10" class="x"/>'),
    "no_show": mark_safe('<circle cx="8" cy="8" r="5.8" class="o"/><path d="M4 12L12 4" class="x"/>'),
}


def mark(state: str) -> SafeString:
    """The shape of a state of a person as inline SVG."""
    return format_html(
        '<svg class="shape shape-{}" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">{}</svg>',
        state,
        SHAPES[state],
    )
