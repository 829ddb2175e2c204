"""Workbooks whose columns bear names that nobody here knows: which row may be the header, and what its columns hold.

The office says once which column is which; the header row is known again by its fingerprint.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from muster.codecs.header import LOOK_AT_ROWS, Table, header_key
from muster.codecs.roster_columns import roster_field
from muster.codecs.roster_text import cell_text
from muster.codecs.workbook import Cell, Sheet, Workbook

SAMPLES = 3
FEWEST_WORDS, NEARLY = 2, 0.6
_LONG_NUMBER = re.compile(r"\d{7,}")
_LOOKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("id_number", re.compile(r"\d{17}[\dXx]")),
    ("phone", re.compile(r"1[3-9]\d{9}")),
    ("employer_code", re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")),
    ("sex", re.compile(r"[男女]")),
    ("lon", re.compile(r"(?:7[3-9]|[89]\d|1[0-2]\d|13[0-5])\.\d{3,}")),
    ("lat", re.compile(r"(?:[3-9]|[1-4]\d|5[0-4])\.\d{3,}")),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column as found: its header, the first values in it, and the field it probably means ("" for none)."""

    header: str
    samples: tuple[str, ...]
    guess: str


@dataclass(frozen=True, slots=True)
class OwnHeader:
    """A header row that was not understood. `row` counts from 1; columns from A on, also those without a header."""

    sheet: str
    row: int
    columns: tuple[Column, ...]
    fingerprint: str


def fingerprint(cells: Sequence[Cell]) -> str:
    """Names a header row whatever its case, spaces and signs: equal for next year's file of the same office."""
    keys = [header_key(cell) if isinstance(cell, str) else "" for cell in cells]
    while keys and not keys[-1]:
        keys.pop()
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()


def likely_header(workbook: Workbook) -> OwnHeader | None:
    """The header row of the sheet with the most words in one row; None where no row has two different words.

    In it: the row with the most names that are known here; where none is known the first that has nearly as many words
    as the fullest, since a header may lack a word that the rows below it have.
    """
    best: tuple[int, Sheet, list[_Seen]] | None = None
    for sheet in workbook.sheets():
        seen = [_seen(number, cells) for number, cells in islice(sheet.rows(), LOOK_AT_ROWS)]
        words = max((one.words for one in seen), default=0)
        if words >= FEWEST_WORDS and (best is None or words > best[0]):
            best = (words, sheet, seen)
    if best is None:
        return None
    words, sheet, seen = best
    known = max(one.known for one in seen)
    header = next(one for one in seen if one.known == known and (known or one.words >= NEARLY * words))
    below = [row for number, row in islice(sheet.rows(), LOOK_AT_ROWS * 2) if number > header.number]
    columns = [
        _column(cell, [row[place] for row in below if place < len(row)]) for place, cell in enumerate(header.cells)
    ]
    return OwnHeader(sheet.name, header.number, _once(columns), fingerprint(header.cells))


@dataclass(frozen=True, slots=True)
class _Seen:
    """A row with how many different words it has, and how many of them are names of known columns."""

    number: int
    cells: list[Cell]
    words: int
    known: int


def _seen(number: int, cells: list[Cell]) -> _Seen:
    words = {cell for cell in cells if isinstance(cell, str) and not _LONG_NUMBER.search(cell)}
    return _Seen(number, cells, len(words), sum(bool(roster_field(word)) for word in words))


def _column(header: Cell, values: Sequence[Cell]) -> Column:
    texts = [text for cell in values if (text := _shown(cell))]
    title = header if isinstance(header, str) else ""
    return Column(
        title, tuple(_masked(text) for text in texts[:SAMPLES]), (title and roster_field(title)) or _look(texts)
    )


def _shown(cell: Cell) -> str:
    return cell.isoformat()[:10] if isinstance(cell, date) else cell_text(cell)


def _masked(text: str) -> str:
    """Long numbers are not shown whole: their first three and last two digits are enough to know the column by."""
    return _LONG_NUMBER.sub(lambda found: f"{found[0][:3]}{'*' * (len(found[0]) - 5)}{found[0][-2:]}", text)


def _look(texts: Sequence[str]) -> str:
    """The field whose values look like these, when most of them do."""
    for field, look in _LOOKS:
        if texts and sum(look.fullmatch(text) is not None for text in texts) * 3 > len(texts) * 2:
            return field
    return ""


def _once(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Of columns that look alike none is guessed: a person says which."""
    counts = Counter(column.guess for column in columns)
    return tuple(
        column if counts[column.guess] == 1 else Column(column.header, column.samples, "") for column in columns
    )


def known_again(workbook: Workbook, remembered: Mapping[str, Sequence[str]]) -> Table | None:
    """The table of a header row that was named before; `remembered`: fingerprint -> field per column, "" for none."""
    for sheet in workbook.sheets() if remembered else ():
        for number, cells in islice(sheet.rows(), LOOK_AT_ROWS):
            fields = remembered.get(fingerprint(cells))
            if fields is not None:
                columns = {field: place for place, field in enumerate(fields) if field}
                unknown = tuple(
                    cell for cell, field in zip(cells, fields, strict=False) if isinstance(cell, str) and not field
                )
                return Table(sheet, number, columns, unknown)
    return None
