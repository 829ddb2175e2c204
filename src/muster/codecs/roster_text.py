"""Reading of the text cells of a roster."""

from __future__ import annotations

import re
import unicodedata

from muster.codecs.text import normal, single_spaces, unquoted, without_spaces
from muster.codecs.workbook import Cell

TOO_LONG = 500
LONGEST_NAME = 60
_DOTS = re.compile(r"[・•‧․∙⋅･.]")
_MARKS_IN_NAMES = frozenset("·-' ")
_SEPARATORS = re.compile(r"[、,;/|+\n\r]+")


def cell_text(cell: Cell, *, stripped: bool = True) -> str:
    """A cell as text: whole numbers without ".0", without the marks that keep a number text in CSV files."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    text = unquoted(str(cell))
    return text.strip() if stripped else text


def clean_person_name(cell: Cell) -> tuple[str, str, tuple[str, ...]]:
    """(name, code of refusal or "", codes of repairs).

    Repairs: "name_spaces" (offices stretch short names with blanks), "name_dot" (the middle dot in its many forms).
    Refusals: "name_blank", "name_invalid" (too long, or with characters that no name has: digits, markup, formulas).
    """
    written = cell_text(cell, stripped=False)
    flat = single_spaces(normal(written))
    if not flat:
        return "", "name_blank", ()
    fixed = []
    han = any(unicodedata.category(mark) == "Lo" for mark in flat)
    name = without_spaces(flat) if han else flat
    if len(name) != len(written):
        fixed.append("name_spaces")
    if han and _DOTS.search(name):
        name = _DOTS.sub("·", name)
        fixed.append("name_dot")
    allowed = all(mark in _MARKS_IN_NAMES or unicodedata.category(mark)[0] in "LM" or mark in ".〇" for mark in name)
    if len(name) > LONGEST_NAME or not allowed or not any(mark.isalpha() for mark in name) or name[0] in "-'":
        return name, "name_invalid", ()
    return name, "", tuple(fixed)


def split_capabilities(text: str) -> list[str]:
    """The names in a cell, set apart by 、 , ; / | + or a new line; spaces belong to English names."""
    return [name for part in _SEPARATORS.split(normal(text)) if (name := single_spaces(part))]
