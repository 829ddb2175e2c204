"""The need bar. Its need mark stands at two thirds of every bar, so that the marks of a board make one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from muster.web import show

MARK_PERCENT = 200 / 3


class Line(Protocol):
    """What a bar needs of one need line; all are people."""

    people: int
    accepted: int
    expected: float
    on_scene: int
    missing: int


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of the bar in per cent of its width; `look` is on | acc | exp | gap."""

    look: str
    start: float
    width: float


def pieces(line: Line) -> list[Piece]:
    """Stretches from left to right: on scene, accepted, expected beyond these, the gap up to the need when short."""
    scale = MARK_PERCENT / max(1, line.people)
    here = min(100.0, line.on_scene * scale)
    sure = min(100.0, (line.on_scene + line.accepted) * scale)
    hoped = min(100.0, max(sure, line.expected * scale))
    ends = [("on", 0.0, here), ("acc", here, sure), ("exp", sure, hoped)]
    if line.missing > 0 and hoped < MARK_PERCENT:
        ends.append(("gap", hoped, MARK_PERCENT))
    return [Piece(look, round(start, 2), round(end - start, 2)) for look, start, end in ends if end - start > 0.05]


def words(line: Line) -> str:
    """The text alternative: the four numbers of the bar, and the gap when there is one."""
    said = gettext("need %(need)s, accepted %(accepted)s, expected %(expected)s, on scene %(here)s") % {
        "need": show.count(line.people),
        "accepted": show.count(line.accepted),
        "expected": show.expected(line.expected),
        "here": show.count(line.on_scene),
    }
    if line.missing <= 0:
        return said
    return said + gettext(", %(missing)s short") % {"missing": show.count(line.missing)}


def need_bar(line: Line) -> SafeString:
    """Inline SVG of one bar; widths are per cent of the column, colours come from the style sheet."""
    drawn = format_html_join(
        "",
        '<rect class="bar-{0}" x="{1}%" y="4" width="{2}%" height="15"/>{3}',
        ((p.look, p.start, p.width, _hatch(p)) for p in pieces(line)),
    )
    return format_html(
        '<svg class="bar" width="100%" height="23" role="img" aria-label="{}">'
        '<rect class="bar-bed" x="0" y="4" width="100%" height="15"/>{}'
        '<line class="bar-mark" x1="{}%" x2="{}%" y1="0" y2="23"/></svg>',
        words(line),
        drawn,
        round(MARK_PERCENT, 2),
        round(MARK_PERCENT, 2),
    )


def _hatch(piece: Piece) -> SafeString | str:
    """Stripes over a stretch that is hoped for or missing; the patterns stand once in the page shell."""
    if piece.look not in {"exp", "gap"}:
        return ""
    return format_html(
        '<rect x="{}%" y="4" width="{}%" height="15" fill="url(#hatch-{})"/>', piece.start, piece.width, piece.look
    )
