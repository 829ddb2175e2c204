"""Order of names by strokes (姓氏笔画), as official lists are set.

The order of the characters is that of Unicode CLDR (collation zh-u-co-stroke: stroke count, then radical), written to
`data/stroke_order.txt` by `tools/stroke_table.mjs`. Python and the databases do not have this order by themselves,
so each name keeps a key of hex digits that sorts right by plain comparison and under every collation.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from muster.codecs.text import normal

DIGITS = 5
_HAN_FROM = 0x10000  # everything that is no Han character and lies in the basic plane sorts before
_LAST = 0xFFFFF


@cache
def _ranks() -> dict[str, int]:
    # A data file of the package itself; reading it is no more I/O than an import.
    text = files("muster.codecs").joinpath("data/stroke_order.txt").read_text(encoding="utf-8")
    order = "".join(line for line in text.splitlines() if not line.startswith("#"))
    return {character: _HAN_FROM + rank for rank, character in enumerate(order)}


def stroke_rank(character: str) -> int:
    """Place of a character among all; unknown ones by code point (a rare character of a later Unicode goes last)."""
    return min(_ranks().get(character, ord(character)), _LAST)


def sort_stroke(name: str) -> str:
    """Key of a name: five hex digits per character; middle dots and spaces do not count."""
    return "".join(f"{stroke_rank(mark):0{DIGITS}x}" for mark in normal(name).casefold() if mark.isalnum())
