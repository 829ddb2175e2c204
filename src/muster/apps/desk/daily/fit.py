"""Makes the sheet fit one page: small print when it must, then shorter lists. Pure.

The printer's style sheet (static/desk/daily.css, @media print) is repeated here in px of 1/96 inch; tests print the fullest
sheet in a real browser and count its pages.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

PAGE = 1045.0  # 1039 are between the margins; heights guessed here lie 40 to 80 above what the browser makes
WIDTH, HALF = 680.0, 331.0
TOWN_COLUMN, CAPABILITY_COLUMN, CERTIFICATE_COLUMN = 92.0, 120.0, 110.0
PLAN_COLUMN, NOTE_COLUMN, INCIDENT_COLUMN, FINDING_COLUMN = 210.0, 224.0, 555.0, 300.0
NOTE_TEXT = 3  # lines of small words under a table
TITLE = 108.0


@dataclass(frozen=True, slots=True)
class Print:
    """Sizes of one of the two prints in px: letters and lines of tables and of text, around a row, heads, the foot."""

    letter: float
    line: float
    around: float
    text_letter: float
    text_line: float
    head: float
    small: float
    foot: float


ROOMY = Print(11.4, 14.7, 3.7, 12.0, 16.7, 28.0, 14.0, 58.0)
DENSE = Print(10.0, 12.7, 2.4, 10.7, 14.0, 22.7, 12.0, 48.0)

Lengths = dict[str, int]
FEWEST: Lengths = {"plans": 6, "towns": 7, "capabilities": 10, "findings": 4, "incidents": 1, "certificates": 3}
"""Below this no list is cut."""


def lines_of(text: str, letter: float, width: float) -> int:
    """How many lines a text takes in a column: a Chinese character is as wide as its letter size, a Latin one a good half."""
    wide = sum(1.0 if unicodedata.east_asian_width(mark) in "WF" else 0.56 for mark in text) * letter
    return max(1, math.ceil(wide / width))


def height(shown: Mapping[str, Any], size: Print) -> float:
    """About how high the sheet is, px."""

    def rows(names: list[str], width: float) -> float:
        return sum(lines_of(name, size.letter, width) * size.line + size.around for name in names)

    one = size.line + size.around
    left = 2 * (size.head + 2 * one) + one + (NOTE_TEXT + 1) * size.small
    left += rows([row["name"] for row in shown["towns"]], TOWN_COLUMN)
    left += rows([row["name"] for row in shown["certificates"]["rows"]], CERTIFICATE_COLUMN)
    right = size.head + 2 * one + 2 * size.small
    right += rows([row["name"] for row in shown["capabilities"]], CAPABILITY_COLUMN)
    duty = size.head + 3 * one + sum(
        lines_of(row["title"] + "." * 50, size.letter, INCIDENT_COLUMN) * size.line for row in shown["incidents"]
    )  # fmt: skip
    plans = size.head + one + (one if shown["more_plans"] else 0.0) + sum(
        max(lines_of(row["name"] + "." * 9, size.letter, PLAN_COLUMN), lines_of(row["note"], size.letter, NOTE_COLUMN))
        * size.line + size.around
        for row in shown["plans"]
    )  # fmt: skip
    said = [lines_of(text, size.text_letter, FINDING_COLUMN) for text in shown["findings"]] or [1]
    findings = size.head + (math.ceil(sum(said) / 2) + max(said) - 1 + bool(shown["more_findings"])) * size.text_line
    return TITLE + duty + max(left, right) + plans + findings + size.foot


def fit(draw: Callable[[Lengths], dict[str, Any]], most: Lengths) -> dict[str, Any]:
    """What `draw` gives for the longest lists that fit, with "dense" for the small print. `most`: lengths to begin with."""
    lengths = dict(most)
    shown = draw(lengths)
    if height(shown, ROOMY) <= PAGE:
        return shown | {"dense": False}
    while height(shown, DENSE) > PAGE:
        longer = [name for name in lengths if lengths[name] > FEWEST[name]]
        if not longer:
            break
        name = max(longer, key=lambda each: lengths[each] / FEWEST[each])
        lengths[name] -= 1
        shown = draw(lengths)
    return shown | {"dense": True}
