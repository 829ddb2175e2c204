"""The bar of a unit's strength in one capability. The ordered mark stands at two thirds of every bar, as on the needs board."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from muster.apps.service.reads.unit_card import StrengthLine
from muster.web.bars import MARK_PERCENT

register = template.Library()


def stretches(line: StrengthLine, heads: int) -> list[tuple[str, float, float]]:
    """(look, start, width) in per cent of the width: here now, on the books but not here, missing. Without an order the
    whole unit (`heads`) is the length of the bar."""
    scale = MARK_PERCENT / line.ordered if line.ordered else 100 / max(1, heads)
    here, held = min(100.0, line.here * scale), min(100.0, line.held * scale)
    found = [("on", 0.0, here), ("acc", here, held)]
    if line.missing:
        found.append(("gap", held, MARK_PERCENT))
    return [(look, round(start, 2), round(end - start, 2)) for look, start, end in found if end - start > 0.05]


def words(line: StrengthLine) -> str:
    """The text alternative of the bar."""
    values = {"ordered": line.ordered, "held": line.held, "here": line.here, "missing": line.missing}
    if not line.ordered:
        return _("%(held)s on the books, %(here)s of them can be called now") % values
    said = _("should have %(ordered)s; %(held)s on the books, %(here)s of them can be called now") % values
    return said + (_(", %(missing)s short") % values if line.missing else "")


@register.simple_tag
def strength_bar(line: StrengthLine, heads: int) -> SafeString:
    """Inline SVG; colours come from the style sheet."""
    drawn = format_html_join(
        "",
        '<rect class="bar-{0}" x="{1}%" y="3" width="{2}%" height="12"/>{3}',
        ((look, start, width, _hatch(look, start, width)) for look, start, width in stretches(line, heads)),
    )
    mark = ""
    if line.ordered:
        at = round(MARK_PERCENT, 2)
        mark = format_html('<line class="bar-mark" x1="{0}%" x2="{0}%" y1="0" y2="18"/>', at)
    return format_html(
        '<svg class="bar" width="100%" height="18" role="img" aria-label="{}">'
        '<rect class="bar-bed" x="0" y="3" width="100%" height="12"/>{}{}</svg>',
        words(line),
        drawn,
        mark,
    )


def _hatch(look: str, start: float, width: float) -> SafeString | str:
    if look != "gap":
        return ""
    return format_html('<rect x="{}%" y="3" width="{}%" height="12" fill="url(#hatch-gap)"/>', start, width)
